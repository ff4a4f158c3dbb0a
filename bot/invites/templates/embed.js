/* Draws an accessible button that opens the questions in a new tab, or a frame where `data-frame` asks for one. */
"use strict";

(() => {
  const words = {{ words | tojson }};
  const tabs = {{ tabs | tojson }};
  const script = document.currentScript || document.querySelector('script[src$="/embed.js"][data-invite]:not([data-drawn])');
  if (!script || !/^[A-Za-z0-9_-]{16}$/.test(script.dataset.invite || "")) return;
  script.dataset.drawn = "";
  const home = new URL(script.src).origin;
  const code = script.dataset.invite;
  const wished = (script.dataset.language || document.documentElement.lang || "en").split("-")[0];
  const language = wished in words ? wished : "en";
  const label = script.dataset.label || words[language];
  if ("frame" in script.dataset) {
    const frame = document.createElement("iframe");
    frame.src = `${home}/chat/${code}?frame=1&language=${language}`;
    frame.title = label;
    frame.referrerPolicy = "no-referrer";
    Object.assign(frame.style, { width: "100%", maxWidth: "40rem", height: "44rem", border: "1px solid #767d86", borderRadius: "0.6rem" });
    script.after(frame);
    return;
  }
  const button = document.createElement("a");
  button.href = `${home}/i/${code}?language=${language}`;
  button.target = "_blank";
  button.rel = "noopener";
  button.lang = language;
  button.textContent = label;
  button.setAttribute("aria-label", `${label} ${tabs[language]}`);
  const colour = /^#[0-9a-fA-F]{6}$/;
  Object.assign(button.style, {
    display: "inline-flex", alignItems: "center", minHeight: "3rem", padding: "0.5rem 1.25rem",
    font: "600 1.125rem/1.3 system-ui, sans-serif", textDecoration: "none", borderRadius: "0.6rem",
    background: colour.test(script.dataset.background || "") ? script.dataset.background : "#1f4e79",
    color: colour.test(script.dataset.text || "") ? script.dataset.text : "#ffffff",
  });
  script.after(button);
})();
