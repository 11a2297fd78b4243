// What is new while a page is open. New posts wait behind a pill, so that nothing moves under the reader's eyes.
import { fetched } from "./say.js";

const list = /** @type {HTMLElement | null} */ (document.querySelector(".posts[data-of]"));
const talk = document.querySelector(".talk-of");
const thread = /** @type {HTMLElement | null} */ (talk?.querySelector(".thread") ?? null);
const pill = /** @type {HTMLElement | null} */ (document.querySelector(".pill"));
const bell = document.querySelector('.rail nav a[href="/notifications"]');
const title = document.title.replace(/^\(\d+\) /, "");
const messages = document.querySelector(".says[data-lines]");
const of = talk ? "thread" : messages ? "messages" : list?.dataset.of || "";

const items = () => /** @type {HTMLElement[]} */ ([...(list?.querySelectorAll(":scope > .item") || [])]);
/** @param {ParentNode} root */
const itemsIn = (root) => /** @type {HTMLElement[]} */ ([...root.querySelectorAll(".posts[data-of] > .item")]);
const newestAtFirst = BigInt(items()[0]?.dataset.key || 0);
const waiting = new Set();

/** @param {number} [count] one more, where it is left out */
function count(count) {
  if (!bell) return;
  let shown = bell.querySelector(".count");
  if (!shown) bell.append((shown = Object.assign(document.createElement("span"), { className: "count" })));
  const number = count ?? (Number.parseInt(shown.textContent || "0", 10) || 0) + 1;
  shown.textContent = String(number);
  document.title = `(${number}) ${title}`;
}

/** @param {string} id */
function wait(id) {
  // What the page came with is not new, also where its message comes only now.
  if (!pill || BigInt(id) <= newestAtFirst || items().some((one) => one.dataset.key === id)) return;
  waiting.add(id);
  /** @type {HTMLElement} */ (pill.querySelector(".number")).textContent = String(waiting.size);
  pill.hidden = false;
}

pill?.querySelector("a")?.addEventListener("click", async (event) => {
  if (!list || waiting.size >= 20) return;
  event.preventDefault();
  const next = await fetched(`${location.pathname}?min_id=${items()[0]?.dataset.key || 0}`);
  const fresh = itemsIn(next);
  const ids = new Set(fresh.map((one) => one.dataset.id));
  for (const one of items()) if (ids.has(one.dataset.id)) one.remove(); // its conversation has gone on
  list.prepend(...fresh);
  waiting.clear();
  pill.hidden = true;
  scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  /** @type {HTMLElement} */ (fresh[0]?.querySelector("article"))?.focus({ preventScroll: true });
});

/** Replies join the conversation where they belong. @param {string} replyTo */
async function join(replyTo) {
  if (!thread || !document.getElementById(`p${replyTo}`)) return;
  const next = await fetched(location.href);
  for (const one of next.querySelectorAll(".thread .deep")) {
    const id = one.querySelector("article.post")?.id || "";
    if (document.getElementById(id)) continue;
    const before = one.previousElementSibling?.querySelector("article.post")?.id;
    const anchor = before && document.getElementById(before)?.closest(".deep");
    anchor ? anchor.after(one) : thread.append(one);
  }
  thread.hidden = false;
}

// The stream opens again by itself; whatever came while it was away (sleep, no network) is asked for.
/** @type {EventSource} */
let live;
let lastHeard = Date.now();

function open() {
  live = new EventSource(`/live?of=${encodeURIComponent(of)}`);
  live.addEventListener("post", (event) => {
    lastHeard = Date.now();
    const [id, replyTo] = event.data.split(" ");
    if (talk) join(replyTo);
    else wait(id);
  });
  live.addEventListener("message", () => ((lastHeard = Date.now()), document.dispatchEvent(new Event("weetwie:message"))));
  live.addEventListener("notification", () => count());
  live.addEventListener("beat", () => (lastHeard = Date.now()));
  live.onopen = () => (Date.now() - lastHeard > 60_000 ? catchUp() : 0, (lastHeard = Date.now()));
}

async function catchUp() {
  const next = await fetched(location.href);
  const told = Number.parseInt(next.querySelector('.rail nav a[href="/notifications"] .count')?.textContent || "0", 10);
  if (told) count(told);
  const newest = BigInt(items()[0]?.dataset.key || 0);
  for (const one of itemsIn(next)) if (BigInt(one.dataset.key || 0) > newest) wait(one.dataset.key || "");
}

open();
document.addEventListener("visibilitychange", () => {
  if (document.hidden || Date.now() - lastHeard < 120_000) return;
  live.close();
  open();
});
addEventListener("pagehide", () => live.close());
addEventListener("pageshow", (event) => event.persisted && open());
