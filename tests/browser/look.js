/* Tells what is wrong with the page as it is shown, one line each: `axe` says whether scripts may run, for axe is one. */
async ({ axe: runs, direction }) => {
  const LEAST_TEXT = 18;
  const LEAST_TARGET = 47.5;
  const wide = window.innerWidth;
  const found = [];
  const told = (what, one) => found.push(`${what}: ${one.outerHTML.replace(/\s+/g, " ").slice(0, 160)}`);
  const shown = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const hidden = (one) => one.closest(".unseen, .skip:not(:focus)");
  const scrolls = (one) => one.parentElement?.closest(".figures-scroll, .rooms ul, .jump ul, pre");

  if (document.documentElement.dir !== direction) found.push(`written ${document.documentElement.dir}`);
  if (!document.documentElement.lang) found.push("no language");
  if (document.documentElement.scrollWidth > wide) found.push(`${document.documentElement.scrollWidth - wide} pixels too wide`);

  for (const one of document.querySelectorAll("body *")) {
    if (!shown(one) || hidden(one)) continue;
    const box = one.getBoundingClientRect();
    if (!scrolls(one) && (box.left < -0.5 || box.right > wide + 0.5)) told("over the edge", one);
    const words = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    const inside = !one.closest("svg") || one.tagName === "svg";
    if (words && inside && parseFloat(getComputedStyle(one).fontSize) < LEAST_TEXT) told("small text", one);
    if (words && inside && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === "hidden"
      && getComputedStyle(one).textOverflow !== "ellipsis") told("text cut off", one);
  }
  for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!shown(one) || hidden(one)) continue;
    const box = (one.closest(".check") || one).getBoundingClientRect();
    if (box.height < LEAST_TARGET || box.width < LEAST_TARGET) told("small target", one);
  }
  if (!runs) return found;
  const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, performanceTimer: false });
  for (const rule of violations) {
    for (const node of rule.nodes) found.push(`axe, ${rule.id}: ${node.html.slice(0, 120)} ${node.any.map((one) => one.message).join("; ")}`);
  }
  return found;
}
