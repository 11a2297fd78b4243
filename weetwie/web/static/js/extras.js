// What opens under the text: the editor of a poll, choice by choice, and the time to post at.

import { locale } from "./times.js";

const HOUR = 3_600_000;

for (const box of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.box"))) {
  poll(box);
  schedule(box);
  warning(box);
}

/** @param {HTMLFormElement} box */
function poll(box) {
  const toggle = /** @type {HTMLInputElement | null} */ (box.querySelector("#open-poll"));
  const choices = /** @type {HTMLInputElement[]} */ ([...box.querySelectorAll(".choice")]);
  if (!toggle) return;
  const add = /** @type {HTMLButtonElement} */ (box.querySelector(".add-choice"));
  const remove = /** @type {HTMLButtonElement} */ (box.querySelector(".remove-poll"));
  let most = 2;
  const show = () => {
    const filled = choices.filter((one) => one.value).length;
    most = Math.max(most, filled);
    choices.forEach((one, place) => (one.hidden = place >= most));
    add.hidden = most >= choices.length;
    remove.hidden = false;
  };
  const clear = () => {
    for (const one of choices) one.value = "";
    most = 2;
    show();
  };
  toggle.addEventListener("change", () => (toggle.checked ? choices[0].focus() : clear()));
  add.addEventListener("click", () => ((most += 1), show(), choices[most - 1].focus()));
  remove.addEventListener("click", () => ((toggle.checked = false), clear(), box.querySelector("textarea")?.focus()));
  box.addEventListener("reset", () => setTimeout(clear));
  most = Math.max(2, choices.findLastIndex((one) => one.value) + 1);
  show();
}

/** @param {HTMLFormElement} box */
function warning(box) {
  const toggle = /** @type {HTMLInputElement} */ (box.querySelector("#open-warning"));
  const field = /** @type {HTMLInputElement} */ (box.querySelector("#warning"));
  toggle?.addEventListener("change", () => (toggle.checked ? field.focus() : (field.value = "")));
}

/** @param {HTMLFormElement} box */
function schedule(box) {
  const pop = /** @type {HTMLElement} */ (box.querySelector(".schedule"));
  const field = /** @type {HTMLInputElement} */ (box.querySelector("#at"));
  const chip = /** @type {HTMLElement} */ (box.querySelector(".scheduled-for"));
  const times = /** @type {HTMLElement} */ (pop.querySelector(".times"));
  times.hidden = false;

  /** @param {string} name */
  const moment = (name) => {
    const at = new Date();
    if (name === "hour") return new Date(Math.ceil((at.getTime() + HOUR) / 60_000) * 60_000);
    at.setDate(at.getDate() + (name === "tomorrow" ? 1 : ((8 - at.getDay()) % 7 || 7)));
    at.setHours(9, 0, 0, 0);
    return at;
  };
  /** @param {Date} at */
  const typed = (at) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  const show = () => {
    chip.hidden = !field.value;
    box.classList.toggle("later", Boolean(field.value));
    if (field.value) {
      /** @type {HTMLElement} */ (chip.querySelector("time")).textContent = new Date(field.value).toLocaleString(locale, { weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit" });
    }
    box.dispatchEvent(new CustomEvent("deed"));
  };
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (times.querySelectorAll("button"))) {
    button.addEventListener("click", () => ((field.value = typed(moment(button.dataset.at || ""))), show(), pop.hidePopover()));
  }
  // The page came with a time in UTC.
  if (field.value) (field.value = typed(new Date(`${field.value}Z`))), show();
  field.addEventListener("change", show);
  chip.querySelector("button")?.addEventListener("click", () => ((field.value = ""), show()));
  box.addEventListener("reset", () => setTimeout(show));
}
