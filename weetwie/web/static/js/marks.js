// Marks and follows: shown at once, undone with a word when it did not work.
import { say, send, words } from "./say.js";

const MARKS = ["boost", "favourite", "bookmark"];

document.addEventListener("submit", async (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  const verb = form.dataset.act;
  if (!verb) return;
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button"));
  const address = new URL(form.action);
  const isMark = MARKS.includes(verb);
  const was = isMark ? button.getAttribute("aria-pressed") === "true" : /\/un[a-z]+$/.test(address.pathname);
  /** @param {boolean} isOn */
  const turn = (isOn) => (isMark ? mark(button, verb, isOn) : relate(form, button, isOn));
  /** @param {boolean} isOn */
  const toggle = async (isOn) => {
    turn(isOn);
    try {
      await send(form.action.split("?")[0].replace(/\/(un)?([a-z]+)$/, isOn ? "/$2" : "/un$2"), form);
    } catch (error) {
      turn(!isOn);
      say(/** @type {Error} */ (error).message);
      return;
    }
    address.pathname = address.pathname.replace(/\/(un)?([a-z]+)$/, isOn ? "/un$2" : "/$2");
    form.action = address.href;
    if (!isOn && verb === "follow") say(words.unfollowed, { undo: () => toggle(true) });
  };
  await toggle(!was);
});

/** @param {HTMLButtonElement} button @param {string} verb @param {boolean} isOn */
function mark(button, verb, isOn) {
  button.setAttribute("aria-pressed", String(isOn));
  button.title = (isOn ? button.dataset.on : button.dataset.off) || "";
  /** @type {HTMLElement} */ (button.querySelector(".away")).textContent = `${button.title} `;
  button.classList.toggle("given", isOn);
  const number = button.querySelector(".number");
  if (verb === "bookmark" || !number) return;
  const count = Number(number.textContent || 0) + (isOn ? 1 : -1);
  number.textContent = count > 0 ? String(count) : "";
}

/** @param {HTMLFormElement} form @param {HTMLButtonElement} button @param {boolean} isOn */
function relate(form, button, isOn) {
  button.textContent = (isOn ? form.dataset.on : form.dataset.off) || "";
  if (!form.closest(".pop")) {
    button.classList.toggle("ghost", isOn);
    button.classList.toggle("two", !isOn);
  }
  button.ariaLabel = (isOn ? form.dataset.labelOn : form.dataset.labelOff) || null;
}
