// Shows what fits while one types: people, topics, answered questions. Enter asks, as it does without this file.

const WAIT = 120;
const bar = /** @type {HTMLElement} */ (document.querySelector(".askbar"));
const field = /** @type {HTMLInputElement} */ (bar.querySelector("input"));
const box = /** @type {HTMLElement} */ (bar.querySelector(".while-typing"));
const status = /** @type {HTMLElement} */ (bar.querySelector("[role=status]"));
/** @type {ReturnType<typeof setTimeout>} */
let timer;
/** @type {AbortController | undefined} */
let asked;

field.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});

async function look() {
  asked?.abort();
  const words = field.value.trim();
  if (words.length < 2) return show("");
  asked = new AbortController();
  try {
    const answer = await fetch(`/who-knows/while-typing?q=${encodeURIComponent(words)}`, { signal: asked.signal });
    if (answer.ok) show(await answer.text());
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError") show("");
  }
}

/** @param {string} html */
function show(html) {
  box.innerHTML = html;
  const links = box.querySelectorAll("a").length;
  box.hidden = !links;
  status.textContent = [...box.querySelectorAll("section")]
    .map((one) => `${one.querySelector("h2")?.textContent}: ${one.querySelectorAll("a").length}`)
    .join(", ");
}

// The arrows go from the field through what is offered and back.
bar.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !box.hidden) {
    show("");
    field.focus();
    event.preventDefault();
  }
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step || box.hidden) return;
  const stops = /** @type {HTMLElement[]} */ ([field, ...box.querySelectorAll("a")]);
  const next = stops.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step;
  stops[(next + stops.length) % stops.length].focus();
  event.preventDefault();
});

document.addEventListener("click", (event) => bar.contains(/** @type {Node} */ (event.target)) || show(""));
