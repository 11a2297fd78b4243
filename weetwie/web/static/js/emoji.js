// Emoji: the usual ones, and the organisation's own.
import { say, words } from "./say.js";

for (const opener of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll(".box button.emoji"))) {
  const box = /** @type {HTMLFormElement} */ (opener.closest("form"));
  const text = /** @type {HTMLTextAreaElement} */ (box.querySelector("textarea"));
  const picker = /** @type {HTMLElement} */ (box.querySelector(".emojis"));
  opener.hidden = false;

  /** @param {{name: string, called: string, what: string, face?: string}} one */
  const sign = (one) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: one.called, title: one.what, ariaLabel: one.what || one.name });
    if (one.face) made.append(Object.assign(document.createElement("img"), { src: one.face, alt: "", width: 24, height: 24 }));
    made.addEventListener("click", () => {
      text.setRangeText(one.face ? `${one.name} ` : one.name, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input"));
      picker.hidePopover();
      text.focus();
    });
    return made;
  };
  picker.addEventListener("toggle", async (event) => {
    if (/** @type {ToggleEvent} */ (event).newState !== "open") return;
    if (!picker.childElementCount) {
      const answer = await fetch("/complete?q=:").catch(() => null);
      if (!answer?.ok) return say(words.failed);
      picker.append(...(await answer.json()).map(sign));
    }
    /** @type {HTMLElement} */ (picker.firstElementChild)?.focus();
  });
  picker.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    if (!step) return;
    event.preventDefault();
    const signs = /** @type {HTMLElement[]} */ ([...picker.children]);
    signs[signs.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step]?.focus();
  });
}
