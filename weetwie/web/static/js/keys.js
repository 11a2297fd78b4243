// Keys. All of them stand in the dialog that `?` opens.

const posts = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("article.post")].filter((one) => one instanceof HTMLElement && one.checkVisibility()));
const current = () => /** @type {HTMLElement | null | undefined} */ (document.activeElement?.closest?.("article.post"));
/** @param {string} selector */
const press = (selector) => /** @type {HTMLElement} */ (current()?.querySelector(selector))?.click();
/** @type {Record<string, string>} */
const GO = { h: "/", a: "/all", w: "/who-knows", p: "/people", n: "/notifications", m: "/messages", b: "/bookmarks", f: "/favourites", l: "/lists", s: "/settings" };
let isGoing = false;

const write = () => {
  const field = document.querySelector("#text");
  field instanceof HTMLElement ? field.focus() : location.assign("/#write");
};
const ask = () => {
  const field = document.querySelector("input[type=search]");
  field instanceof HTMLElement ? field.focus() : location.assign("/who-knows");
};
/** @param {number} step */
const go = (step) => {
  const all = posts();
  const here = all.indexOf(/** @type {HTMLElement} */ (current()));
  all[Math.max(here + step, 0)]?.focus();
};
const answer = () => (current() ? press(".answer-row .tint, .act.reply") : document.querySelector(".main-post") && write());
const open = () => {
  const here = current();
  if (document.activeElement === here && here?.dataset.address) location.assign(here.dataset.address);
};
/** @type {Record<string, () => unknown>} */
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  n: write,
  r: () => press(".act.reply"),
  a: answer,
  b: () => press(".act.boost"),
  f: () => press(".act.favourite"),
  s: () => press(".act.bookmark"),
  ".": () => /** @type {HTMLElement} */ (document.querySelector(".pill:not([hidden]) a"))?.click(),
  Enter: open,
  "/": ask,
  "?": () => /** @type {HTMLDialogElement} */ (document.querySelector("dialog.keys-of, dialog.keys"))?.showModal(),
};

document.addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.key === "Escape" && target instanceof HTMLTextAreaElement) target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, dialog[open]")) return;
  if (document.body.dataset.singleKeys === "off" && event.key !== "Enter") return;
  if (isGoing && GO[event.key]) return location.assign(GO[event.key]);
  isGoing = event.key === "g";
  const act = KEYS[event.key];
  if (!act) return;
  if (event.key !== "Enter") event.preventDefault();
  act();
});
