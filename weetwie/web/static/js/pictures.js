// Pictures open in a viewer, with what they show.

const viewer = /** @type {HTMLDialogElement} */ (document.querySelector(".viewer"));
/** @type {HTMLAnchorElement[]} */
let shown = [];
let at = 0;

/** @param {number} step */
function look(step) {
  at = (at + step + shown.length) % shown.length;
  const alt = shown[at].querySelector("img")?.alt || "";
  Object.assign(/** @type {HTMLImageElement} */ (viewer.querySelector("img")), { src: shown[at].href, alt });
  /** @type {HTMLElement} */ (viewer.querySelector("figcaption")).textContent = alt;
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (viewer.querySelectorAll(".turn"))) button.hidden = shown.length < 2;
}

document.addEventListener("click", (event) => {
  const picture = /** @type {Element} */ (event.target).closest("a.picture");
  if (!(picture instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  shown = [.../** @type {Element} */ (picture.closest(".pictures")).querySelectorAll("a.picture")].map((one) => /** @type {HTMLAnchorElement} */ (one));
  at = shown.indexOf(picture);
  look(0);
  viewer.showModal();
});
viewer.addEventListener("click", (event) => {
  const target = /** @type {Element} */ (event.target);
  const turn = target.closest(".turn");
  if (turn instanceof HTMLButtonElement) look(Number(turn.value));
  else if (!target.closest("img")) viewer.close();
});
viewer.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") look(1);
  if (event.key === "ArrowLeft") look(-1);
});
viewer.addEventListener("close", () => viewer.querySelector("img")?.removeAttribute("src"));
