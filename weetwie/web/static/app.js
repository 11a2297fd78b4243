// What makes the pages instant. Every one of them works without this file.

const page = document.body;
const toast = document.querySelector(".toast");
let toastTimer;

function say(text) {
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.hidden = true), 5000);
}

const asScript = { accept: "application/json" };

// Marks and follows: shown at once, taken back with a word when it did not work.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = form.querySelector("button");
  if (!form.dataset.act || !button.hasAttribute("aria-pressed")) return;
  event.preventDefault();
  const verb = form.dataset.act;
  const was = button.getAttribute("aria-pressed") === "true";
  const address = new URL(form.action);
  show(form, button, verb, !was);
  try {
    const answer = await fetch(address.pathname, { method: "POST", headers: asScript, body: new FormData(form) });
    if (!answer.ok) throw new Error();
    form.action = address.href.replace(was ? `/un${verb}` : `/${verb}`, was ? `/${verb}` : `/un${verb}`);
  } catch {
    show(form, button, verb, was);
    say(page.dataset.failed || "?");
  }
});

function show(form, button, verb, isOn) {
  button.setAttribute("aria-pressed", isOn);
  const number = button.querySelector(".number");
  if (verb === "bookmark" || !number) return;
  const count = Number(number.textContent || 0) + (isOn ? 1 : -1);
  number.textContent = count > 0 ? count : "";
}

// What is typed is kept until it is posted: a reload or an expired session loses nothing.
for (const composer of document.querySelectorAll(".composer")) {
  const text = composer.querySelector("textarea");
  const left = composer.querySelector(".left");
  const limit = Number(composer.dataset.limit);
  const key = `draft:${composer.dataset.draft}`;
  const count = () => {
    const signs = [...new Intl.Segmenter().segment(text.value.replace(/https?:\/\/\S+/g, "x".repeat(23)))].length;
    left.textContent = signs ? limit - signs : "";
    left.classList.toggle("is-over", signs > limit);
  };
  if (!text.value.trim() && localStorage.getItem(key)) text.value = localStorage.getItem(key);
  text.addEventListener("input", () => {
    text.value.trim() ? localStorage.setItem(key, text.value) : localStorage.removeItem(key);
    count();
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) composer.requestSubmit();
  });
  composer.addEventListener("submit", () => localStorage.removeItem(key));
  count();
}

// Open menus close when one goes on elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Keys.
const posts = () => [...document.querySelectorAll("article.post")];
const current = () => document.activeElement?.closest?.("article.post");
const press = (selector) => current()?.querySelector(selector)?.click();
const GO = { h: "/", n: "/notifications", p: "/people", a: "/all", m: "/messages", s: "/settings", b: "/bookmarks" };
let isGoing = false;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
  if (isGoing && GO[event.key]) return location.assign(GO[event.key]);
  isGoing = event.key === "g";
  const all = posts();
  const at = all.indexOf(current());
  const act = {
    j: () => all[at + 1]?.focus() ?? undefined,
    k: () => all[Math.max(at - 1, 0)]?.focus(),
    n: () => document.querySelector(".composer textarea")?.focus() ?? location.assign("/#write"),
    r: () => press(".act.reply"),
    b: () => press(".act.boost"),
    f: () => press(".act.favourite"),
    s: () => press(".act.bookmark"),
    Enter: () => document.activeElement === current() && location.assign(current().dataset.address),
    "/": () => (document.querySelector("input[type=search]") ? document.querySelector("input[type=search]").focus() : location.assign("/who-knows")),
    "?": () => document.querySelector(".keys").showModal(),
  }[event.key];
  if (!act) return;
  if (event.key !== "Enter") event.preventDefault();
  act();
});

// What is new while the page is open: a pill at home, the number at the bell and in the title.
const bell = document.querySelector('.rail a[href="/notifications"]');
const title = document.title.replace(/^\(\d+\) /, "");

function ring() {
  let count = bell.querySelector(".count");
  if (!count) bell.append((count = Object.assign(document.createElement("b"), { className: "count" })));
  const number = Number.parseInt(count.textContent || 0, 10) + 1;
  count.textContent = number;
  document.title = `(${number}) ${title}`;
}

const live = new EventSource("/live");
live.addEventListener("home", () => {
  const pill = document.querySelector(".pill");
  if (pill) pill.hidden = false;
});
live.addEventListener("notification", ring);
addEventListener("pagehide", () => live.close());
