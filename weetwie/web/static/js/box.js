// The box: it opens when one writes, counts, keeps a draft on the device, and posts without leaving the page.
import { files } from "./files.js";
import { say, words } from "./say.js";
import { localTimes } from "./times.js";

/** Counted as people see them; a link counts as 23, up to what ends a sentence or a quotation. */
const LINK = /https?:\/\/[^\s"`“”„‟‘‚«»‹›…、。！，：；？（）「」『』【】<>]+/gi;
const FEW_LEFT = 100;

for (const box of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.box"))) {
  const text = /** @type {HTMLTextAreaElement} */ (box.querySelector("textarea"));
  const button = /** @type {HTMLButtonElement} */ (box.querySelector("button.send"));
  const wrong = /** @type {HTMLElement} */ (box.querySelector(".wrong-line"));
  const left = /** @type {HTMLElement} */ (box.querySelector(".left"));
  const limit = Number(box.dataset.limit);
  // What the page came with (a name to ask, a post that is edited) is a draft of its own, beside the one of the empty box.
  const key = `draft:${box.dataset.draft}${text.value.trim() && `:${text.value.trim().slice(0, 100)}`}`;
  const chosen = files(box, text);
  box.classList.add("scripted");

  // It opens with the field, and closes again where nothing has been written.
  const isEmpty = () => !text.value.trim() && !chosen.all().length;
  text.addEventListener("focus", () => box.classList.add("live"));
  document.addEventListener("pointerdown", (event) => {
    if (isEmpty() && !box.contains(/** @type {Node} */ (event.target))) box.classList.remove("live");
  });

  // The draft; that it is kept is said once.
  let isTold = false;
  if (localStorage.getItem(key)) {
    text.value = localStorage.getItem(key) || "";
    box.classList.add("live");
  }
  text.addEventListener("input", () => {
    text.value.trim() && text.value !== text.defaultValue ? localStorage.setItem(key, text.value) : localStorage.removeItem(key);
    wrong.textContent = "";
    count();
  });
  text.addEventListener("blur", () => {
    if (isTold || !text.value.trim() || text.value === text.defaultValue) return;
    isTold = true;
    left.textContent = words.draft;
    setTimeout(count, 2000);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.requestSubmit();
  });

  function count() {
    const signs = [...new Intl.Segmenter().segment(text.value.replace(LINK, "x".repeat(23)))].length;
    left.textContent = limit - signs <= FEW_LEFT ? String(limit - signs) : "";
    left.classList.toggle("is-over", signs > limit);
  }
  count();

  // Posted without leaving the page; where it cannot be, everything stays and the reason stands above the tools.
  box.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(box.action, { method: "POST", headers: { accept: "application/json" }, body: chosen.sent(new FormData(box)) });
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || words.failed);
      localStorage.removeItem(key);
      done(answer.status === 204 ? "" : await answer.text());
    } catch (error) {
      wrong.textContent = error instanceof TypeError ? words.offline : /** @type {Error} */ (error).message;
    }
    button.disabled = false;
    box.removeAttribute("aria-busy");
  });

  /** @param {string} html the new post; empty where it has been scheduled */
  function done(html) {
    if (!html) return location.assign("/scheduled");
    if (box.elements.namedItem("scheduled")) return location.assign("/");
    const isAsked = box.classList.contains("asks");
    chosen.clear();
    box.reset();
    text.value = "";
    isTold = false;
    count();
    box.classList.remove("live");
    text.blur();
    text.dispatchEvent(new Event("input"));
    box.dispatchEvent(new Event("change"));
    const fresh = /** @type {HTMLElement} */ (document.createRange().createContextualFragment(html).querySelector(".item"));
    const address = fresh.querySelector("article")?.dataset.address;
    place(fresh);
    say(isAsked ? words.asked : words.posted, { view: address });
  }

  /** @param {HTMLElement} item */
  function place(item) {
    const thread = /** @type {HTMLElement | null} */ (document.querySelector(".talk-of .thread"));
    const list = document.querySelector(".posts[data-of]");
    if (thread) {
      const deep = Object.assign(document.createElement("div"), { className: "deep d1" });
      item.querySelector(".parent")?.remove();
      deep.append(...item.querySelectorAll("article"));
      thread.append(deep);
      thread.hidden = false;
    } else if (list && !new URLSearchParams(location.search).has("quote")) list.prepend(item);
    else return location.assign("/");
    localTimes(item);
  }
}
