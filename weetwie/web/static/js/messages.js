// A conversation: its last line in view, what arrives while it is open, sending without a reload, completion of names.

const says = /** @type {HTMLElement | null} */ (document.querySelector(".says[data-lines]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector(".write-to"));
const field = form?.querySelector("textarea");
const address = says?.dataset.lines;
const language = document.documentElement.lang;

function localTimes() {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-clock]")))
    time.textContent = new Date(time.dateTime).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false });
}

const toEnd = () => says && (says.scrollTop = says.scrollHeight);

/** Asks for the lines again, and stays where one reads unless that is the end. */
async function refresh(goesToEnd = false) {
  if (!says) return;
  const isAtEnd = says.scrollHeight - says.scrollTop - says.clientHeight < 80;
  const answer = await fetch(`${address}?lines=1`);
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".says");
  says.replaceChildren(...(next?.childNodes || []));
  localTimes();
  if (isAtEnd || goesToEnd) toEnd();
}

localTimes();
if (says && !location.hash.startsWith("#p") && !location.search.includes("before=")) toEnd();
if (location.hash === "#write") field?.focus();
if (address) document.addEventListener("weetwie:arrived", () => refresh());

/** @param {string} sentence */
function fail(sentence) {
  let shown = form?.querySelector(".err");
  if (!shown) form?.prepend((shown = Object.assign(document.createElement("p"), { className: "err", role: "alert" })));
  if (shown) shown.textContent = sentence;
}

form?.addEventListener("submit", async (event) => {
  if (!address) return;
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("button.b"));
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { accept: "application/json" } });
    if (!answer.ok) return fail((await answer.json()).error);
    form.querySelector(".err")?.remove();
    form.reset();
    if (field) field.value = "";
    showFiles();
    await refresh(true);
  } catch {
    fail(JSON.parse(document.body.dataset.words || "{}").failed || "");
  } finally {
    button.disabled = false;
    field?.focus();
  }
});

field?.addEventListener("keydown", (event) => {
  const sends = event.ctrlKey || event.metaKey || (!event.shiftKey && matchMedia("(pointer: fine)").matches);
  if (event.key !== "Enter" || !sends || event.isComposing) return;
  event.preventDefault();
  if (field.value.trim()) form?.requestSubmit();
});

const files = /** @type {HTMLInputElement | null | undefined} */ (form?.querySelector("input[type=file]"));
function showFiles() {
  const line = /** @type {HTMLElement | null | undefined} */ (form?.querySelector(".files"));
  if (!line) return;
  line.textContent = [...(files?.files || [])].map((one) => one.name).join(", ");
  line.hidden = !files?.files?.length;
}
files?.addEventListener("change", showFiles);

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
    if (!part) return;
    const mine = ++asked;
    /** @type {{name: string, called: string, what: string}[]} */
    const found = await (await fetch(`/complete?q=${encodeURIComponent(`@${part}`)}`)).json();
    if (mine !== asked) return;
    list.replaceChildren(...found.map((one) => new Option(`${one.called} · ${one.what}`, `${before}@${one.name}`)));
  });
}
