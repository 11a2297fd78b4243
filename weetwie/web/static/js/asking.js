// A question is recognised as it is typed: the button says so, and below stand answers and people. Nothing is posted by itself.
// In milliseconds: short, so that the answer comes soon after the last key, and long enough that not every key asks.
const WAIT = 80;
const BEGINNINGS = /^\s*(?:who|how|where|why|when|which|what|does|is there|has any|can |wie |wer |wo |warum|wann|welche|weiß jemand|weiss jemand|hat jemand|kennt jemand|gibt es|hoe |waar|waarom|wanneer|welke|weet iemand|heeft iemand|kent iemand|is er )/i;
const END = /[?？؟;]\s*(?:#\S+\s*)*$/;

for (const box of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.box"))) {
  const text = /** @type {HTMLTextAreaElement} */ (box.querySelector("textarea"));
  const button = /** @type {HTMLButtonElement} */ (box.querySelector("button.send"));
  const panel = /** @type {HTMLElement | null} */ (box.querySelector(".hint-panel"));
  const says = box.querySelector(".hint-says");
  const people = /** @type {HTMLFieldSetElement | null} */ (box.querySelector(".asked-people"));
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  /** @type {AbortController | undefined} */
  let asked;
  let last = "";

  const asks = () => Boolean(panel) && text.value.trim().length > 7 && (END.test(text.value) || BEGINNINGS.test(text.value));
  const isOpen = () => !["followers", "direct"].includes(/** @type {HTMLInputElement | null} */ (box.querySelector("[name=audience]:checked"))?.value || "");
  const name = () => {
    box.classList.toggle("asks", asks());
    if (people) people.hidden = people.disabled = !(asks() && END.test(text.value) && isOpen());
    button.textContent = (box.classList.contains("later") ? box.dataset.later : asks() ? box.dataset.ask : box.dataset.deed) || "";
  };

  /** Whom one has chosen stays beside the box, whatever the panel shows next; without its tick it goes.
   * @param {string} as @param {string} id @param {string} label */
  const choose = (as, id, label) => {
    const chips = /** @type {Element} */ (people?.querySelector(".chips"));
    chips.querySelector(`input[value="${id}"]`)?.parentElement?.remove();
    const chip = Object.assign(document.createElement("label"), { className: "chip" });
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", name: as, value: id, checked: true });
    tick.addEventListener("change", () => chip.remove());
    chip.append(tick, label);
    chips.append(chip);
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
      const html = answer.ok ? await answer.text() : "";
      if (asks() && last === question) show(html);
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
    if (!(ask instanceof HTMLButtonElement) || !people) return;
    choose(ask.dataset.as || "", ask.dataset.id || "", ask.textContent || "");
    for (const one of ask.parentElement?.querySelectorAll("button.ask-them") || []) one.remove();
    text.focus();
  });
  box.addEventListener("change", name);
  text.addEventListener("input", () => (name(), clearTimeout(timer), (timer = setTimeout(look, WAIT))));
  box.addEventListener("deed", () => (name(), asks() || show("")));
  if (text.value.trim()) (name(), look());
}
