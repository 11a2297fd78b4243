// Says what happened at the foot of the page, with one thing to do about it; and sends forms.

/** @type {Record<string, string>} the sentences of these modules, in the reader's language */
export const words = JSON.parse(document.body.dataset.words || "{}");

const toast = /** @type {HTMLElement} */ (document.querySelector(".toast"));
/** @type {ReturnType<typeof setTimeout>} */
let timer;
let left = 0;
/** What is still to be done when nobody has undone it. */
let end = () => {};

/**
 * @param {string} text
 * @param {{undo?: () => void, end?: () => void, view?: string}} [offer] a way back and what is done when it closes, or where to look at it
 */
export function say(text, offer = {}) {
  close();
  end = offer.end || end;
  toast.replaceChildren(Object.assign(document.createElement("span"), { textContent: text }));
  if (offer.undo) {
    const button = Object.assign(document.createElement("button"), { textContent: words.undo, type: "button" });
    button.addEventListener("click", () => ((end = () => {}), close(), offer.undo?.()), { once: true });
    toast.append(button);
  } else if (offer.view) toast.append(Object.assign(document.createElement("a"), { textContent: words.view, href: offer.view }));
  toast.hidden = false;
  left = offer.undo ? 10_000 : 6_000;
  wait();
}

function close() {
  const last = end;
  end = () => {};
  clearTimeout(timer);
  toast.hidden = true;
  last();
}

const wait = () => (clearTimeout(timer), (timer = setTimeout(close, left)));
for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, () => toast.hidden || wait());
addEventListener("pagehide", close);

/**
 * @param {string} address
 * @param {HTMLFormElement} form
 */
export async function send(address, form) {
  const answer = await fetch(address, { method: "POST", headers: { accept: "application/json" }, body: new FormData(form) });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || words.failed);
}

/** @param {string} address @returns {Promise<Document>} */
export const fetched = async (address) => new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
