// Who somebody is, shown when a pointer rests on their name. Never the only way to anything.

const WAIT = 400;
/** @type {Map<string, Promise<string>>} */
const known = new Map();
const pop = Object.assign(document.createElement("div"), { className: "pop over-name", popover: "manual" });
/** @type {ReturnType<typeof setTimeout>} */
let timer;
/** @type {HTMLAnchorElement | null} */
let at = null;

/** @param {HTMLAnchorElement} link */
async function show(link) {
  const path = link.pathname;
  if (!known.has(path)) known.set(path, fetch(`${path}/card`).then((answer) => (answer.ok ? answer.text() : ""), () => ""));
  const card = await /** @type {Promise<string>} */ (known.get(path));
  if (!card || at !== link || !link.isConnected) return;
  pop.replaceChildren(document.createRange().createContextualFragment(card));
  if (!pop.isConnected) document.body.append(pop);
  pop.showPopover();
  const { left, top, bottom } = link.getBoundingClientRect();
  const below = bottom + pop.offsetHeight + 12 < innerHeight;
  pop.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - pop.offsetWidth - 8))}px`);
  pop.style.setProperty("top", `${below ? bottom + 6 : Math.max(8, top - pop.offsetHeight - 6)}px`);
}

const hide = () => {
  at = null;
  clearTimeout(timer);
  timer = setTimeout(() => pop.isConnected && pop.hidePopover(), 150);
};

if (matchMedia("(hover: hover) and (pointer: fine)").matches) {
  document.addEventListener("pointerover", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (pop.contains(target)) return clearTimeout(timer);
    const link = target.closest('main a[href^="/@"], .beside a[href^="/@"]');
    const isPerson = link instanceof HTMLAnchorElement && /^\/@[^/]+$/.test(link.pathname) && !link.search && !link.closest(".card, .me, .hover-card");
    if (!isPerson) return at || pop.matches(":popover-open") ? hide() : undefined;
    clearTimeout(timer);
    at = link;
    timer = setTimeout(() => show(link), WAIT);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("scroll", hide, { passive: true });
}
