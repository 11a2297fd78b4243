// Who sees what is being written: asked anew when the audience or those mentioned change. Who could not see it is said, with one
// tap to widen.
import { words } from "./say.js";

const WAIT = 400;
const FIELDS = ["form", "text", "audience", "reply_to", "quote_of"];

for (const box of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.box"))) {
  const text = /** @type {HTMLTextAreaElement} */ (box.querySelector("textarea"));
  const picker = /** @type {HTMLElement} */ (box.querySelector(".audiences"));
  const opener = /** @type {HTMLElement} */ (box.querySelector(".who-sees"));
  const problem = /** @type {HTMLElement} */ (box.querySelector(".problem"));
  const widen = /** @type {HTMLButtonElement} */ (box.querySelector(".widen"));
  const language = /** @type {HTMLElement} */ (box.querySelector(".language-choice"));
  const radios = /** @type {HTMLInputElement[]} */ ([...picker.querySelectorAll("input")]);
  const checked = () => radios.find((one) => one.checked);
  const meant = () => [checked()?.value, ...(text.value.match(/@\S+|^\s*!\w+/g) || []), text.value.length > 20].join(" ");
  let told = meant();
  let asked = 0;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;

  const ask = async () => {
    if (meant() === told) return;
    told = meant();
    const turn = ++asked;
    const body = new FormData();
    for (const [name, value] of new FormData(box)) if (FIELDS.includes(name)) body.append(name, value);
    const answer = await fetch("/posts/reach", { method: "POST", headers: { accept: "application/json" }, body }).catch(() => null);
    if (turn !== asked) return;
    if (!answer?.ok) return (told = "");
    show(await answer.json());
  };

  /** @param {{label: string, problem: string, widen: string, is_unsure: boolean}} state */
  const show = (state) => {
    const now = radios.findIndex((one) => one.checked);
    const shown = opener.querySelectorAll(".now > span")[now]?.lastChild;
    const own = picker.querySelectorAll("label")[now]?.dataset.label || "";
    const isEmpty = !text.value.trim();
    if (shown) shown.textContent = state.label && !isEmpty ? state.label : own;
    /** @type {HTMLElement} */ (problem.firstElementChild).textContent = isEmpty ? "" : state.problem;
    problem.hidden = isEmpty || !state.problem;
    opener.classList.toggle("wrong", !problem.hidden);
    widen.hidden = !state.widen;
    widen.value = state.widen;
    const wider = radios.find((one) => one.value === state.widen)?.closest("label")?.querySelector("b")?.textContent;
    widen.textContent = `${words.widen} ${wider || ""}`;
    language.classList.toggle("unsure", state.is_unsure || Boolean(language.querySelector("select")?.value));
  };

  widen.addEventListener("click", () => {
    const wider = radios.find((one) => one.value === widen.value);
    if (wider) wider.checked = true;
    ask();
    text.focus();
  });
  picker.addEventListener("change", () => (ask(), picker.hidePopover()));
  text.addEventListener("input", () => (clearTimeout(timer), (timer = setTimeout(ask, WAIT))));
  if (text.value.trim() && text.value !== text.defaultValue) (told = ""), ask();
}
