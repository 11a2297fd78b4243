// Shows what fits while one types: people, topics, answered questions. Enter asks, as it does without this file.

const WAIT = 120;
const bar = document.querySelector(".askbar");
const field = bar.querySelector("input");
const box = bar.querySelector(".while-typing");
const status = bar.querySelector("[role=status]");
let timer;
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
    if (error.name !== "AbortError") show("");
  }
}

function show(html) {
  box.innerHTML = html;
  const links = box.querySelectorAll("a").length;
  box.hidden = !links;
  status.textContent = [...box.querySelectorAll("section")]
    .map((one) => `${one.querySelector("h2").textContent}: ${one.querySelectorAll("a").length}`)
    .join(", ");
}

// The arrows go from the field through what is offered and back.
bar.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !box.hidden) {
    show("");
    field.focus();
    event.preventDefault();
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || box.hidden) return;
  const stops = [field, ...box.querySelectorAll("a")];
  const next = stops.indexOf(document.activeElement) + step;
  stops[(next + stops.length) % stops.length].focus();
  event.preventDefault();
});

document.addEventListener("click", (event) => bar.contains(event.target) || show(""));
