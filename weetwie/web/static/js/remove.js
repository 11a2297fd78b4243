// What is deleted goes at once, and for good only when there is no way back any more.
import { say, words } from "./say.js";

const WHILE = 10_000;

document.addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest("a.delete-it");
  if (!(link instanceof HTMLAnchorElement)) return;
  const post = /** @type {HTMLElement} */ (link.closest("article.post"));
  if (post.classList.contains("main-post")) return;
  event.preventDefault();
  /** @type {HTMLElement} */ (link.closest("[popover]"))?.hidePopover();
  const form = /** @type {HTMLFormElement} */ (post.querySelector("form[data-act]"));
  const item = /** @type {HTMLElement} */ (post.closest(".item, .deep") || post);
  item.hidden = true;
  let isOver = false;
  const back = () => ((item.hidden = false), say(words.failed));
  const go = () => {
    if (isOver) return;
    isOver = true;
    const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
    fetch(link.href, { method: "POST", keepalive: true, headers: { accept: "application/json" }, body }).then(
      (answer) => (answer.ok ? item.remove() : back()),
      back,
    );
  };
  setTimeout(go, WHILE);
  addEventListener("pagehide", go, { once: true });
  say(words.deleted, { undo: () => ((isOver = true), (item.hidden = false), post.focus()) });
});
