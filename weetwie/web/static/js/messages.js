// A conversation: its last line in view, what arrives while it is open, sending without a reload, completion of names.
import { words } from "./say.js";
import { locale } from "./times.js";

const says = /** @type {HTMLElement | null} */ (document.querySelector(".says[data-lines]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector(".write-to"));
const field = form?.querySelector("textarea");
const files = /** @type {HTMLInputElement | null | undefined} */ (form?.querySelector("input[type=file]"));
const address = says?.dataset.lines;
const isOlder = new URLSearchParams(location.search).has("before");

const DAY = 86_400_000;
const fromNow = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

/** @param {Date} at as one says it: today, yesterday, a weekday, then the date */
function dayOf(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / DAY);
  const said = fromNow.format(-days, "day");
  if (days < 2) return said.charAt(0).toLocaleUpperCase(locale) + said.slice(1);
  if (days < 7) return at.toLocaleDateString(locale, { weekday: "long" });
  const year = at.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return at.toLocaleDateString(locale, { day: "numeric", month: "long", year });
}

/** Days begin at the reader's midnight. */
function localDays() {
  for (const one of says?.querySelectorAll(".day") || []) one.remove();
  let last = "";
  let first = null;
  for (const node of [...(says?.children || [])].filter((one) => !one.matches(".more-of, .start"))) {
    first ??= node;
    const time = node.matches(".seen") ? /** @type {HTMLTimeElement | null} */ (node.querySelector("time")) : null;
    if (!time) continue;
    const at = new Date(time.dateTime);
    if (at.toDateString() !== last) {
      const line = Object.assign(document.createElement("p"), { className: "day" });
      line.append(Object.assign(document.createElement("time"), { dateTime: time.dateTime, textContent: dayOf(at) }));
      first.before(line);
    }
    last = at.toDateString();
    first = null;
  }
}

function localClock() {
  localDays();
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-clock]")))
    time.textContent = new Date(time.dateTime).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hour12: false });
}

const toEnd = () => says && (says.scrollTop = says.scrollHeight);

/** Asks for the lines again, and stays where one reads unless that is the end. */
async function refresh(goesToEnd = false) {
  if (!says) return;
  const isAtEnd = says.scrollHeight - says.scrollTop - says.clientHeight < 80;
  const answer = await fetch(`${address}?lines=1`);
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".says");
  if (next) says.replaceChildren(...next.childNodes);
  localClock();
  if (isAtEnd || goesToEnd) toEnd();
}

localClock();
if (!location.hash.startsWith("#p") && !isOlder) toEnd();
if (location.hash === "#write") field?.focus();
// Among older messages it goes on reading: what is new stands below another page.
if (address && !isOlder) document.addEventListener("weetwie:message", () => refresh());

function showFiles() {
  const line = /** @type {HTMLElement | null | undefined} */ (form?.querySelector(".files"));
  if (!line || !files?.files) return;
  line.textContent = [...files.files].map((one) => one.name).join(", ");
  line.hidden = !files.files.length;
}
files?.addEventListener("change", showFiles);

/** @param {string} sentence */
function fail(sentence) {
  const shown = form?.querySelector(".err") ?? Object.assign(document.createElement("p"), { className: "err", role: "alert" });
  if (!shown.isConnected) form?.prepend(shown);
  shown.textContent = sentence;
}

form?.addEventListener("submit", async (event) => {
  const button = /** @type {HTMLButtonElement | null} */ (form.querySelector("button.b"));
  if (!address || !button || !field) return;
  event.preventDefault();
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { accept: "application/json" } });
    if (!answer.ok) return fail((await answer.json()).error);
    form.querySelector(".err")?.remove();
    field.value = "";
    if (files) files.value = "";
    showFiles();
    await refresh(true);
  } catch {
    fail(words.failed || "");
  } finally {
    button.disabled = false;
    field.focus();
  }
});

field?.addEventListener("keydown", (event) => {
  const sends = event.ctrlKey || event.metaKey || (!event.shiftKey && matchMedia("(pointer: fine)").matches);
  if (event.key !== "Enter" || !sends || event.isComposing) return;
  event.preventDefault();
  if (field.value.trim() || files?.files?.length) form?.requestSubmit();
});

// Names in the To field, after the last comma.
const to = /** @type {HTMLInputElement | null | undefined} */ (form?.querySelector("#to"));
if (to) {
  const list = Object.assign(document.createElement("datalist"), { id: "to-names" });
  to.after(list);
  to.setAttribute("list", list.id);
  let asked = 0;
  to.addEventListener("input", async () => {
    const cut = to.value.lastIndexOf(",") + 1;
    const before = cut ? `${to.value.slice(0, cut)} ` : "";
    const part = to.value.slice(cut).trim().replace(/^@/, "");
    const mine = ++asked;
    if (!part) return;
    const answer = await fetch(`/complete?q=${encodeURIComponent(`@${part}`)}`);
    if (!answer.ok || mine !== asked) return;
    /** @type {{name: string, called: string, what: string}[]} */
    const found = await answer.json();
    list.replaceChildren(...found.map((one) => new Option(`${one.called} · ${one.what}`, `${before}@${one.name}`)));
  });
}
