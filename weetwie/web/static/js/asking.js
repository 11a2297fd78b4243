// A question is recognised as it is typed: the button says so, and below stand answers and people. Nothing is posted by itself.
import { words } from "./say.js";

const WAIT = 400;
const BEGINNINGS = /^\s*(?:who|how|where|why|when|which|what|does|is there|has any|can |wie |wer |wo |warum|wann|welche|weiß jemand|weiss jemand|hat jemand|kennt jemand|gibt es|hoe |waar|waarom|wanneer|welke|weet iemand|heeft iemand|kent iemand|is er )/i;
const END = /[?？؟;]\s*(?:#\S+\s*)*$/;

for (const box of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.box"))) {
  const text = /** @type {HTMLTextAreaElement} */ (box.querySelector("textarea"));
  const button = /** @type {HTMLButtonElement} */ (box.querySelector("button.send"));
  const panel = /** @type {HTMLElement | null} */ (box.querySelector(".hint-panel"));
  const says = box.querySelector(".hint-says");
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  /** @type {AbortController | undefined} */
  let asked;
  let last = "";

  const asks = () => Boolean(panel) && text.value.trim().length > 7 && (END.test(text.value) || BEGINNINGS.test(text.value));
  const name = () => {
    box.classList.toggle("asks", asks());
    button.textContent = (box.classList.contains("later") ? box.dataset.later : asks() ? box.dataset.ask : box.dataset.deed) || "";
  };

  const look = async () => {
    const question = text.value.replace(/(^|\s)@\S+/g, " ").trim();
    if (!panel || !asks()) return show("");
    if (question === last) return;
    last = question;
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`/who-knows/while-asking?q=${encodeURIComponent(question)}`, { signal: asked.signal });
      if (answer.ok) show(await answer.text());
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") show("");
    }
  };

  /** @param {string} html */
  const show = (html) => {
    if (!panel) return;
    panel.innerHTML = html;
    panel.hidden = !panel.querySelector(".one");
    if (!html) last = "";
    if (says) says.textContent = [...panel.querySelectorAll("h2")].map((one) => one.firstChild?.textContent?.trim()).join(". ");
  };

  panel?.addEventListener("click", (event) => {
    const ask = /** @type {Element} */ (event.target).closest("button.ask-them");
    if (!(ask instanceof HTMLButtonElement)) return;
    const mention = `@${ask.dataset.handle} `;
    if (!text.value.includes(mention)) text.setRangeText(mention, 0, 0, "preserve");
    ask.textContent = `✓ ${words.asksThem}`;
    ask.disabled = true;
    text.dispatchEvent(new Event("input"));
    text.focus();
  });
  text.addEventListener("input", () => (name(), clearTimeout(timer), (timer = setTimeout(look, WAIT))));
  box.addEventListener("deed", name);
  if (text.value.trim()) (name(), look());
}
