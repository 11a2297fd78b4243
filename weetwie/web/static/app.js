// What makes the pages instant. Every one of them works without this file.

const page = document.body;
const words = JSON.parse(page.dataset.words);
const toast = document.querySelector(".toast");
let toastTimer;

// Says what happened, and where there is a way back, offers it.
function say(text, undo) {
  clearTimeout(toastTimer);
  toast.replaceChildren(text);
  if (undo) {
    const button = Object.assign(document.createElement("button"), { textContent: words.undo, className: "small" });
    button.addEventListener("click", () => ((toast.hidden = true), undo()), { once: true });
    toast.append(button);
  }
  toast.hidden = false;
  toastTimer = setTimeout(() => (toast.hidden = true), undo ? 7000 : 5000);
}

document.addEventListener("say", (event) => say(event.detail));

const send = async (address, form) => {
  const answer = await fetch(address, { method: "POST", headers: { accept: "application/json" }, body: new FormData(form) });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).error || words.failed);
};

// Marks and follows: shown at once, taken back with a word when it did not work.
const MARKS = ["boost", "favourite", "bookmark"];

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const verb = form.dataset.act;
  if (!verb) return;
  event.preventDefault();
  const button = form.querySelector("button");
  const address = new URL(form.action);
  const isMark = MARKS.includes(verb);
  const was = isMark ? button.getAttribute("aria-pressed") === "true" : /\/un[a-z]+$/.test(address.pathname);
  const turn = (isOn) => (isMark ? mark(button, verb, isOn) : relate(form, button, isOn));
  const toggle = async (isOn) => {
    turn(isOn);
    try {
      await send(form.action.split("?")[0].replace(/\/(un)?([a-z]+)$/, isOn ? "/$2" : "/un$2"), form);
    } catch (error) {
      turn(!isOn);
      say(error.message);
      return;
    }
    address.pathname = address.pathname.replace(/\/(un)?([a-z]+)$/, isOn ? "/un$2" : "/$2");
    form.action = address.href;
    if (!isOn && verb === "follow") say(words.unfollowed, () => toggle(true));
    if (isOn && verb === "mute") say(words.muted, () => toggle(false));
  };
  await toggle(!was);
});

function mark(button, verb, isOn) {
  button.setAttribute("aria-pressed", isOn);
  button.title = button.ariaLabel = isOn ? button.dataset.on : button.dataset.off;
  const number = button.querySelector(".number");
  if (verb === "bookmark") return;
  const count = Number(number.textContent || 0) + (isOn ? 1 : -1);
  number.textContent = count > 0 ? count : "";
}

function relate(form, button, isOn) {
  button.textContent = isOn ? form.dataset.on : form.dataset.off;
  button.classList.toggle("quiet", isOn && !form.closest(".choices"));
  button.removeAttribute("aria-label");
}

// What is deleted goes at once, and for good only when there is no way back any more.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.delete-it");
  if (!link) return;
  event.preventDefault();
  const post = link.closest("article.post");
  const form = post.querySelector("form[data-act]");
  if (post.classList.contains("is-main")) return location.assign(link.href);
  post.hidden = true;
  let isOver = false;
  const go = () => {
    if (isOver) return;
    isOver = true;
    const body = new URLSearchParams(new FormData(form));
    fetch(link.href, { method: "POST", keepalive: true, headers: { accept: "application/json" }, body }).then(
      (answer) => (answer.ok ? post.remove() : ((post.hidden = false), say(words.failed))),
      () => ((post.hidden = false), say(words.failed)),
    );
  };
  setTimeout(go, 7000);
  addEventListener("pagehide", go, { once: true });
  say(words.deleted, () => ((isOver = true), (post.hidden = false), post.focus()));
});

// Open menus close when one goes on elsewhere, and with Escape.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(except)) menu.open = false;
};
document.addEventListener("click", (event) => closeMenus(event.target));

// Pictures open in a viewer, with what they show.
const viewer = document.querySelector(".viewer");
let shown = [];
let at = 0;

function look(step) {
  at = (at + step + shown.length) % shown.length;
  const small = shown[at].querySelector("img");
  const picture = viewer.querySelector("img");
  picture.src = shown[at].href;
  picture.alt = small.alt;
  viewer.querySelector("figcaption").textContent = small.alt;
  for (const button of viewer.querySelectorAll(".turn")) button.hidden = shown.length < 2;
}

document.addEventListener("click", (event) => {
  const picture = event.target.closest("a.picture");
  if (!picture || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  shown = [...picture.closest(".pictures").querySelectorAll("a.picture")];
  at = shown.indexOf(picture);
  look(0);
  viewer.showModal();
});
viewer.addEventListener("click", (event) => {
  const turn = event.target.closest(".turn");
  if (turn) look(Number(turn.value));
  else if (!event.target.closest("img")) viewer.close();
});
viewer.addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight") look(1);
  if (event.key === "ArrowLeft") look(-1);
});
viewer.addEventListener("close", () => viewer.querySelector("img").removeAttribute("src"));

// Times in the reader's own zone.
function localTimes(root) {
  for (const time of root.querySelectorAll("time[title], time[data-full]")) {
    const full = new Date(time.dateTime).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    time.title = full;
    if ("full" in time.dataset) time.textContent = full;
  }
}
localTimes(document);
const lists = document.querySelectorAll(".posts, .thread");
for (const list of lists) new MutationObserver(() => localTimes(list)).observe(list, { childList: true });
for (const field of document.querySelectorAll("input[name=minutes_off]")) {
  field.value = new Date().getTimezoneOffset();
  field.closest("form").querySelector(".zone")?.remove();
}

// What is narrowed down is shown at once.
document.querySelector(".narrow")?.addEventListener("change", (event) => event.currentTarget.requestSubmit());

// Keys.
const posts = () => [...document.querySelectorAll("article.post:not([hidden])")];
const current = () => document.activeElement?.closest?.("article.post");
const press = (selector) => current()?.querySelector(selector)?.click();
const GO = { h: "/", n: "/notifications", p: "/people", a: "/all", m: "/messages", s: "/settings", b: "/bookmarks", f: "/favourites", l: "/lists", w: "/who-knows" };
let isGoing = false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
  if (isGoing && GO[event.key]) return location.assign(GO[event.key]);
  isGoing = event.key === "g";
  const all = posts();
  const here = all.indexOf(current());
  const act = {
    j: () => all[here + 1]?.focus(),
    k: () => all[Math.max(here - 1, 0)]?.focus(),
    n: () => document.querySelector(".composer textarea")?.focus() ?? location.assign("/#write"),
    r: () => press(".act.reply"),
    b: () => press(".act.boost"),
    f: () => press(".act.favourite"),
    s: () => press(".act.bookmark"),
    ".": () => document.querySelector(".pill:not([hidden]) a")?.click(),
    Enter: () => document.activeElement === current() && location.assign(current().dataset.address),
    "/": () => document.querySelector("input[type=search]")?.focus() ?? location.assign("/who-knows"),
    "?": () => document.querySelector(".keys-of").showModal(),
  }[event.key];
  if (!act) return;
  if (event.key !== "Enter") event.preventDefault();
  act();
});

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/worker.js");
