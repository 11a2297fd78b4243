// Writing: nothing typed is lost, names and topics complete themselves, pictures are dropped in and described.

const words = JSON.parse(document.body.dataset.words);
const say = (text) => document.dispatchEvent(new CustomEvent("say", { detail: text }));

for (const composer of document.querySelectorAll(".composer")) {
  const text = composer.querySelector("textarea");
  const button = composer.querySelector(".under button:not(.act)");
  const key = `draft:${composer.dataset.draft}`;

  // The draft.
  if (!text.value.trim() && localStorage.getItem(key)) text.value = localStorage.getItem(key);
  text.addEventListener("input", () => {
    text.value.trim() ? localStorage.setItem(key, text.value) : localStorage.removeItem(key);
    count();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
  });

  // Counted as people see them; a link counts as 23, up to what ends a sentence or a quotation.
  const LINK = /https?:\/\/[^\s"`“”„‟‘‚«»‹›…、。！，：；？（）「」『』【】<>]+/gi;
  const left = composer.querySelector(".left");
  const limit = Number(composer.dataset.limit);
  const count = () => {
    const signs = [...new Intl.Segmenter().segment(text.value.replace(LINK, "x".repeat(23)))].length;
    left.textContent = signs ? limit - signs : "";
    left.classList.toggle("is-over", signs > limit);
  };
  count();

  // Who will read it.
  const audience = composer.querySelector("select[name=audience]");
  const reach = composer.querySelector(".reach");
  let asked = 0;
  const meant = () => [audience.value, ...(text.value.match(/@\S+|^\s*!\w+/g) || [])].join(" ");
  let told = "";
  const tell = async () => {
    if (meant() === told) return;
    told = meant();
    const turn = ++asked;
    const body = new FormData();
    for (const name of ["form", "text", "audience", "reply_to", "quote_of"]) {
      const field = composer.elements[name];
      if (field) body.append(name, field.value);
    }
    const answer = await fetch("/posts/reach", { method: "POST", headers: { accept: "application/json" }, body }).catch(() => null);
    if (turn !== asked) return;
    if (!answer?.ok) told = "";
    reach.textContent = answer?.ok ? (await answer.json()).reach : "";
  };
  let later = 0;
  audience.addEventListener("change", tell);
  text.addEventListener("input", () => (clearTimeout(later), (later = setTimeout(tell, 400))));
  text.value === text.defaultValue ? (told = meant()) : tell();

  // Pictures: chosen, pasted or dropped, each with its description.
  const chooser = composer.querySelector("input[type=file]");
  const tray = composer.querySelector(".tray");
  const single = composer.querySelector(".one-description");
  let files = [];

  const take = (more) => {
    const room = 4 - files.length;
    if (more.length > room) say(words.four);
    files.push(...[...more].slice(0, room).map((file) => ({ file, description: "" })));
    lay();
  };
  const lay = () => {
    single.hidden = files.length > 0;
    tray.hidden = !files.length;
    tray.replaceChildren(
      ...files.map((one, place) => {
        const card = document.createElement("div");
        card.className = "chosen";
        if (one.file.type.startsWith("image/")) {
          const picture = document.createElement("img");
          picture.src = one.address ??= URL.createObjectURL(one.file);
          picture.alt = "";
          card.append(picture);
        } else card.append(Object.assign(document.createElement("p"), { textContent: one.file.name }));
        const described = Object.assign(document.createElement("input"), { value: one.description, placeholder: words.describe, ariaLabel: `${words.describe}: ${one.file.name}`, maxLength: 1500 });
        described.addEventListener("input", () => (one.description = described.value));
        const away = Object.assign(document.createElement("button"), { type: "button", className: "small quiet", textContent: "×", ariaLabel: `${words.takeOff}: ${one.file.name}` });
        away.addEventListener("click", () => (files.splice(place, 1), lay()));
        card.append(described, away);
        return card;
      }),
    );
  };
  chooser.addEventListener("change", () => {
    const chosen = [...chooser.files];
    chooser.value = "";
    take(chosen);
  });
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  composer.addEventListener("dragover", (event) => (event.preventDefault(), composer.classList.add("is-over")));
  composer.addEventListener("dragleave", () => composer.classList.remove("is-over"));
  composer.addEventListener("drop", (event) => {
    event.preventDefault();
    composer.classList.remove("is-over");
    take(event.dataTransfer.files);
  });

  // Emoji: the usual ones, and the organisation's own.
  const picker = Object.assign(document.createElement("div"), { className: "emojis panel", popover: "auto", id: "emojis" });
  const opener = Object.assign(document.createElement("button"), { type: "button", className: "act", textContent: "☺", ariaLabel: words.emoji, title: words.emoji, popoverTargetElement: picker });
  composer.querySelector(".reach").before(opener);
  opener.after(picker);
  picker.addEventListener("toggle", async (event) => {
    if (event.newState !== "open") return;
    const place = opener.getBoundingClientRect();
    picker.style.setProperty("left", `${Math.max(8, Math.min(place.left, innerWidth - picker.offsetWidth - 8))}px`);
    picker.style.setProperty("top", `${place.bottom + 6 + picker.offsetHeight > innerHeight ? Math.max(8, place.top - picker.offsetHeight - 6) : place.bottom + 6}px`);
    if (picker.childElementCount) return picker.firstElementChild.focus();
    const answer = await fetch("/complete?q=:").catch(() => null);
    if (!answer?.ok) return say(words.offline);
    for (const one of await answer.json()) {
      const sign = Object.assign(document.createElement("button"), { type: "button", textContent: one.called, title: one.what, ariaLabel: one.what || one.name });
      if (one.face) sign.append(Object.assign(document.createElement("img"), { src: one.face, alt: "", width: 24, height: 24 }));
      sign.addEventListener("click", () => {
        text.setRangeText(one.face ? `${one.name} ` : one.name, text.selectionStart, text.selectionEnd, "end");
        text.dispatchEvent(new Event("input"));
        picker.hidePopover();
        text.focus();
      });
      picker.append(sign);
    }
    picker.firstElementChild.focus();
  });
  picker.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 8, ArrowUp: -8 }[event.key];
    const signs = [...picker.children];
    if (step) (event.preventDefault(), signs[signs.indexOf(document.activeElement) + step]?.focus());
  });

  // Published without leaving the page; where it cannot be, everything stays and the reason is told.
  composer.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    const body = new FormData(composer);
    body.delete("file");
    if (files.length) body.delete("description");
    for (const one of files) {
      body.append("file", one.file);
      body.append("description", one.description);
    }
    button.disabled = true;
    composer.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(composer.action, { method: "POST", headers: { accept: "application/json" }, body });
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || words.failed);
      localStorage.removeItem(key);
      done(answer.status === 204 ? "" : await answer.text());
    } catch (error) {
      say(error instanceof TypeError ? words.offline : error.message);
    }
    button.disabled = false;
    composer.removeAttribute("aria-busy");
  });

  const done = (html) => {
    if (!html) return location.assign("/scheduled");
    files = [];
    lay();
    composer.reset();
    text.value = "";
    count();
    tell();
    composer.querySelector(".extras").open = false;
    const fresh = document.createRange().createContextualFragment(html).querySelector("article");
    const list = document.querySelector(".posts[data-of]");
    const thread = document.querySelector(".thread");
    if (thread) {
      const deep = Object.assign(document.createElement("div"), { className: "deep d1" });
      deep.append(fresh);
      composer.after(deep);
    } else if (list && !new URLSearchParams(location.search).has("quote")) list.prepend(fresh);
    else location.assign("/");
    fresh.focus();
    say(words.posted);
  };

}

// People and topics, completed as one types: in the composer, and in any field that asks for a name.
for (const field of document.querySelectorAll(".composer textarea, input[data-complete]")) {
  const list = Object.assign(document.createElement("ul"), { className: "completions", id: `completions-${field.id}`, hidden: true });
  list.setAttribute("role", "listbox");
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let chosen = -1;
  let asked = 0;

  const begun = () => {
    const before = field.value.slice(0, field.selectionStart);
    return field.dataset.complete ? [before, "@", before.replace(/^@/, "")] : before.match(/(?:^|[\s(])([@#]|:(?=..))([\p{L}\p{N}_.-]{1,40})$/u);
  };
  const close = () => ((list.hidden = true), (chosen = -1), field.removeAttribute("aria-activedescendant"));
  const choose = (option) => {
    const [, sign, part] = begun();
    const end = field.selectionStart;
    const start = field.dataset.complete ? 0 : end - part.length - sign.length;
    field.setRangeText(`${sign === ":" ? "" : sign}${option.dataset.name} `, start, end, "end");
    if (field.dataset.complete) field.value = field.value.trim();
    close();
    field.dispatchEvent(new Event("input"));
  };
  const point = (place) => {
    const options = [...list.children];
    chosen = (place + options.length) % options.length;
    options.forEach((one, at) => one.setAttribute("aria-selected", at === chosen));
    field.setAttribute("aria-activedescendant", options[chosen].id);
  };
  field.addEventListener("input", async () => {
    const found = begun();
    if (!found || !found[2]) return close();
    const mine = ++asked;
    const answer = await fetch(`/complete?q=${encodeURIComponent(found[1] + found[2])}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const options = await answer.json();
    if (!options.length) return close();
    list.replaceChildren(
      ...options.map((one, at) => {
        const option = Object.assign(document.createElement("li"), { id: `${list.id}-${at}` });
        option.setAttribute("role", "option");
        option.dataset.name = one.name;
        if (one.face) option.append(Object.assign(document.createElement("img"), { src: one.face, alt: "", width: 28, height: 28, className: "face" }));
        option.append(Object.assign(document.createElement("b"), { textContent: one.called }), ` ${one.what}`);
        option.addEventListener("mousedown", (event) => (event.preventDefault(), choose(option)));
        return option;
      }),
    );
    list.hidden = false;
    point(0);
  });
  field.addEventListener("keydown", (event) => {
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
