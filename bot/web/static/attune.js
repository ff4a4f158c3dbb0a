/* The page works without this file; with it a tap changes the page in place and says so to a screen reader. */
"use strict";

(() => {
  const SLOW = 300;
  const IDLE = 120000;
  const live = document.getElementById("live");
  let waiting = false;
  let idle = 0;

  const say = (words) => {
    live.textContent = "";
    window.setTimeout(() => { live.textContent = words || ""; }, 50);
  };

  const main = () => document.getElementById("main");

  /* Takes over what the answer holds, and puts the focus where the person reads on. */
  const show = (text, address) => {
    const next = new DOMParser().parseFromString(text, "text/html");
    const fresh = next.getElementById("main");
    if (!fresh) { window.location.reload(); return; }
    document.title = next.title;
    document.documentElement.lang = next.documentElement.lang;
    document.documentElement.dir = next.documentElement.dir;
    for (const part of ["main", "footer", ".brand"]) {
      document.querySelector(part).replaceWith(next.querySelector(part));
    }
    for (const link of next.querySelectorAll('link[href^="/brand/"]')) {
      if (!document.querySelector(`link[href="${link.getAttribute("href")}"]`)) document.head.append(link);
    }
    if (address) window.history.replaceState(null, "", address);
    const heading = main().querySelector("h1");
    window.scrollTo(0, 0);
    if (heading) heading.focus({ preventScroll: true });
    const notice = main().querySelector(".notice");
    say(notice ? notice.textContent : "");
    rest();
  };

  const send = async (form, button) => {
    const body = new URLSearchParams(new FormData(form));
    if (button && button.name) body.set(button.name, button.value);
    waiting = true;
    const slow = window.setTimeout(() => document.body.classList.add("busy"), SLOW);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Attune": "1" } });
      show(await answer.text(), answer.headers.get("X-Attune-Address"));
    } catch {
      say(live.dataset.offline);
      let notice = main().querySelector(".notice");
      if (!notice) {
        notice = document.createElement("p");
        notice.className = "notice";
        main().prepend(notice);
      }
      notice.textContent = live.dataset.offline;
    } finally {
      window.clearTimeout(slow);
      document.body.classList.remove("busy");
      waiting = false;
    }
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-live]")) return;
    event.preventDefault();
    if (!waiting) send(form, event.submitter);
  });

  /* Keys 1 to 9 choose while the focus is in the question, so that no assistive shortcut is taken away. */
  document.addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!main().contains(document.activeElement) || document.activeElement.matches("input, textarea")) return;
    const choice = main().querySelectorAll("button[data-choice]")[Number(event.key) - 1];
    if (choice) { event.preventDefault(); choice.click(); }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    try { await navigator.clipboard.writeText(button.dataset.copy); say(live.dataset.copied); } catch { /* the text stands there */ }
  });

  /* The phone's own way to pass an address on, where it has one. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-share]");
    if (!button) return;
    try { await navigator.share({ text: button.dataset.words, url: button.dataset.share }); } catch { /* nothing was shared */ }
  });

  /* A shared screen is cleared for the next person. */
  const rest = () => {
    window.clearTimeout(idle);
    const away = main().dataset.clearsTo;
    if (away) idle = window.setTimeout(() => window.location.replace(away), IDLE);
  };
  for (const sign of ["pointerdown", "keydown", "scroll"]) document.addEventListener(sign, rest, { passive: true });
  window.addEventListener("pageshow", (event) => { if (event.persisted && main().dataset.clearsTo) window.location.reload(); });
  rest();

  document.documentElement.classList.add("lively");
  if (navigator.share) document.documentElement.classList.add("sharing");
})();
