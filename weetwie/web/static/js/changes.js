// How many changes a form holds that are not saved: the bar comes up with the first, and leaves with the last. A form that comes
// back with what was not saved (`data-unsaved`) keeps it until it is saved or discarded: how many those are, only the server knows.

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-changes]"))) {
  const bar = /** @type {HTMLElement} */ (form.querySelector(".savebar"));
  const told = /** @type {HTMLElement} */ (bar.querySelector(".changes"));
  const discard = /** @type {HTMLElement} */ (bar.querySelector(".discard"));
  const fields = () => [...form.elements].filter((one) => one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement || one instanceof HTMLSelectElement);
  const state = () => fields().map((one) => (one instanceof HTMLInputElement && /checkbox|radio/.test(one.type) ? String(one.checked) : one.value));
  const names = fields().map((one, at) => one.name || String(at));
  const before = state();
  const isUnsaved = "unsaved" in form.dataset;
  let isLeaving = false;

  const count = () => {
    const now = state();
    return new Set(names.filter((_name, at) => now[at] !== before[at])).size;
  };
  const tell = () => {
    const changes = count();
    bar.hidden = !changes && !isUnsaved && !form.querySelector("[aria-invalid]");
    discard.hidden = !changes && !isUnsaved;
    told.textContent = changes === 1 ? told.dataset.one || "" : changes ? (told.dataset.many || "").replace("{count}", String(changes)) : "";
  };
  form.addEventListener("input", tell);
  form.addEventListener("reset", () => setTimeout(tell));
  discard.addEventListener("click", (event) => {
    if (isUnsaved) isLeaving = true;
    else event.preventDefault(), form.reset();
  });
  form.addEventListener("submit", () => (isLeaving = true));
  addEventListener("beforeunload", (event) => !isLeaving && (isUnsaved || count()) && event.preventDefault());
  tell();
}

// What has been chosen stands on the button that chooses a file.
document.addEventListener("change", ({ target }) => {
  const label = target instanceof HTMLInputElement && target.files?.length ? target.closest(".pick-file")?.querySelector("span:not(.away)") : null;
  if (label) label.textContent = [.../** @type {any} */ (target).files].map((one) => one.name).join(", ");
});

// Several rows of a table: what is done with them comes up with the first that is ticked.
const selected = /** @type {HTMLFormElement | null} */ (document.querySelector("form#selected"));
if (selected) {
  const told = /** @type {HTMLElement} */ (selected.querySelector("[data-many]"));
  const tell = () => {
    const count = document.querySelectorAll('input[form="selected"]:checked').length;
    selected.hidden = !count;
    told.textContent = count === 1 ? told.dataset.one || "" : (told.dataset.many || "").replace("{count}", String(count));
  };
  document.addEventListener("change", tell);
  tell();
}
