// People and topics, completed as one types: in the box, and in any field that asks for a name.

for (const field of /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */ (document.querySelectorAll(".box textarea, textarea[data-complete], input[data-complete]"))) {
  const list = Object.assign(document.createElement("ul"), { className: "completions pop", id: `completions-${field.id}`, hidden: true });
  list.setAttribute("role", "listbox");
  (field.closest(".say") || field).after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  const isName = Boolean(field.dataset.complete) && field instanceof HTMLInputElement;
  let chosen = -1;
  let asked = 0;

  /** @returns {string[] | null} all before, the sign, what has been typed of the name */
  const begun = () => {
    const before = field.value.slice(0, field.selectionStart || 0);
    return isName ? [before, "@", before.replace(/^@/, "")] : before.match(/(?:^|[\s(])([@#]|:(?=..))([\p{L}\p{N}_.-]{1,40})$/u);
  };
  const close = () => ((list.hidden = true), (chosen = -1), field.removeAttribute("aria-activedescendant"));
  /** @param {Element} option */
  const choose = (option) => {
    const [, sign, part] = begun() || ["", "", ""];
    const end = field.selectionStart || 0;
    const start = isName ? 0 : end - part.length - sign.length;
    field.setRangeText(`${sign === ":" ? "" : sign}${/** @type {HTMLElement} */ (option).dataset.name} `, start, end, "end");
    if (isName) field.value = field.value.trim();
    close();
    field.dispatchEvent(new Event("input"));
  };
  /** @param {number} place */
  const point = (place) => {
    const options = [...list.children];
    chosen = (place + options.length) % options.length;
    options.forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", options[chosen].id);
  };
  /** @param {{name: string, called: string, what: string, face?: string}} one @param {number} at */
  const option = (one, at) => {
    const made = Object.assign(document.createElement("li"), { id: `${list.id}-${at}` });
    made.setAttribute("role", "option");
    made.dataset.name = one.name;
    if (one.face) made.append(Object.assign(document.createElement("img"), { src: one.face, alt: "", width: 28, height: 28, className: "face f28" }));
    made.append(Object.assign(document.createElement("b"), { textContent: one.called }), ` ${one.what}`);
    made.addEventListener("mousedown", (event) => (event.preventDefault(), choose(made)));
    return made;
  };
  field.addEventListener("input", async () => {
    const found = begun();
    const mine = ++asked;
    if (!found || !found[2]) return close();
    const answer = await fetch(`/complete?q=${encodeURIComponent(found[1] + found[2])}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const options = await answer.json();
    if (!options.length || document.activeElement !== field) return close();
    list.replaceChildren(...options.map(option));
    list.hidden = false;
    point(0);
  });
  field.addEventListener("keydown", (/** @type {any} */ event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") point(chosen + 1);
    else if (event.key === "ArrowUp") point(chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") choose(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener("blur", close);
}
