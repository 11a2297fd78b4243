// What is deleted leaves the page at once, and is deleted for good when what offers a way back closes.
import { say, words } from "./say.js";

document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a.delete-it");
  if (!(link instanceof HTMLAnchorElement)) return;
  const post = /** @type {HTMLElement} */ (link.closest("article.post"));
  if (post.classList.contains("main-post")) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (link.closest("[popover]"))?.hidePopover();
  const form = /** @type {HTMLFormElement} */ (post.querySelector("form[data-act]"));
  const around = post.closest(".item, .deep");
  // A conversation folded into one item holds the posts of others too.
  const item = around instanceof HTMLElement && around.querySelectorAll("article.post").length === 1 ? around : post;
  item.hidden = true;
  const back = () => ((item.hidden = false), say(words.failed));
  const go = () => {
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    fetch(link.href, { method: "POST", keepalive: true, headers: { accept: "application/json" }, body }).then(
      (answer) => (answer.ok ? item.remove() : back()),
      back,
    );
  };
  say(words.deleted, { undo: () => ((item.hidden = false), post.focus()), end: go });
});
