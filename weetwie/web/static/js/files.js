// Photos and files: chosen, pasted or dropped; each with its description.
import { say, words } from "./say.js";

const MOST = 4;

/** @typedef {{file: File, description: string, address?: string}} Chosen */

/**
 * @param {HTMLFormElement} box
 * @param {HTMLTextAreaElement} text
 */
export function files(box, text) {
  const chooser = /** @type {HTMLInputElement} */ (box.querySelector("input[type=file]"));
  const tray = /** @type {HTMLElement} */ (box.querySelector(".tray"));
  /** @type {Chosen[]} */
  let all = [];

  /** @param {FileList | File[]} more */
  const take = (more) => {
    const room = MOST - all.length - box.querySelectorAll("input[name=media]:checked").length;
    if (more.length > room) say(words.four);
    all.push(...[...more].slice(0, room).map((file) => ({ file, description: "" })));
    box.classList.add("live");
    show();
  };
  const show = () => {
    tray.hidden = !all.length;
    tray.replaceChildren(...all.map((one, place) => tile(one, () => (all.splice(place, 1), show()))));
  };

  chooser.addEventListener("change", () => {
    const chosen = [...(chooser.files || [])];
    chooser.value = "";
    take(chosen);
  });
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  box.addEventListener("dragover", (event) => (event.preventDefault(), box.classList.add("is-over")));
  box.addEventListener("dragleave", () => box.classList.remove("is-over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("is-over");
    if (event.dataTransfer) take(event.dataTransfer.files);
  });

  return {
    all: () => all,
    clear: () => ((all = []), show()),
    /** @param {FormData} body */
    sent: (body) => {
      body.delete("file");
      if (all.length) body.delete("description");
      for (const one of all) {
        body.append("file", one.file);
        body.append("description", one.description);
      }
      return body;
    },
  };
}

/** @param {Chosen} one @param {() => void} remove */
function tile(one, remove) {
  const card = Object.assign(document.createElement("div"), { className: "chosen" });
  if (one.file.type.startsWith("image/")) {
    one.address ??= URL.createObjectURL(one.file);
    card.append(Object.assign(document.createElement("img"), { src: one.address, alt: "", width: 96, height: 96 }));
  } else card.append(Object.assign(document.createElement("p"), { textContent: one.file.name, className: "meta" }));
  const described = Object.assign(document.createElement("input"), { value: one.description, placeholder: words.describe, ariaLabel: `${words.describe}: ${one.file.name}`, maxLength: 1500 });
  const mark = () => card.classList.toggle("described", Boolean(one.description.trim()));
  described.addEventListener("input", () => ((one.description = described.value), mark()));
  const away = Object.assign(document.createElement("button"), { type: "button", className: "rm", textContent: "×", ariaLabel: `${words.remove}: ${one.file.name}` });
  away.addEventListener("click", remove);
  card.append(described, away);
  mark();
  return card;
}
