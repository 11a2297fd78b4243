// Copies the address of a post.
import { say, words } from "./say.js";

document.addEventListener("click", async (event) => {
  const link = /** @type {Element} */ (event.target).closest("a.copy-link");
  if (!(link instanceof HTMLAnchorElement) || !navigator.clipboard) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (link.closest("[popover]"))?.hidePopover();
  await navigator.clipboard.writeText(link.href).then(() => say(words.copied), () => location.assign(link.href));
});
