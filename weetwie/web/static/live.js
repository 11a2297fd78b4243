// What is new while a page is open, older posts as one reads on, and the same place when one comes back.

const list = document.querySelector(".posts[data-of]");
const thread = document.querySelector(".thread");
const pill = document.querySelector(".pill");
const bell = document.querySelector('.rail a[href="/notifications"]');
const title = document.title.replace(/^\(\d+\) /, "");
const of = thread ? "thread" : list?.dataset.of || "";

const articles = () => [...(list || thread).querySelectorAll("article.post")];
const fetched = async (address) => new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");

function ring(count) {
  let shown = bell.querySelector(".count");
  if (!shown) bell.append((shown = Object.assign(document.createElement("b"), { className: "count" })));
  const number = count ?? Number.parseInt(shown.textContent || 0, 10) + 1;
  shown.textContent = number;
  document.title = `(${number}) ${title}`;
}

// New posts wait behind a pill, so that nothing moves under the reader's eyes.
const waiting = new Set();

const newestAtFirst = BigInt(list && articles()[0] ? articles()[0].dataset.key : 0);

function wait(id) {
  // What the page came with is not new, also where it is told of only now.
  if (BigInt(id) <= newestAtFirst || articles().some((one) => one.dataset.key === String(id))) return;
  waiting.add(id);
  pill.querySelector(".number").textContent = waiting.size;
  pill.hidden = false;
}

pill?.querySelector("a").addEventListener("click", async (event) => {
  if (!list || waiting.size >= 20) return;
  event.preventDefault();
  const newest = articles()[0]?.dataset.key;
  const next = await fetched(`${location.pathname}?min_id=${newest || 0}`);
  const there = new Set(articles().map((one) => one.dataset.id));
  const fresh = [...next.querySelectorAll(".posts[data-of] > article.post")].filter((one) => !there.has(one.dataset.id));
  list.prepend(...fresh);
  waiting.clear();
  pill.hidden = true;
  scrollTo({ top: 0, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  fresh[0]?.focus({ preventScroll: true });
});

// Replies join the thread where they belong, without what one reads being moved.
async function join(replyTo) {
  if (!document.getElementById(`p${replyTo}`)) return;
  const next = await fetched(location.href);
  for (const one of next.querySelectorAll(".thread > .deep")) {
    const id = one.querySelector("article.post").id;
    if (document.getElementById(id)) continue;
    const before = one.previousElementSibling?.querySelector("article.post")?.id;
    const anchor = before && document.getElementById(before)?.closest(".deep");
    anchor ? anchor.after(one) : thread.append(one);
  }
}

// The stream opens again by itself; whatever came while it was away (sleep, no network) is asked for.
let live;
let lastHeard = Date.now();

function open() {
  live = new EventSource(`/live?of=${encodeURIComponent(of)}`);
  live.addEventListener("post", (event) => {
    lastHeard = Date.now();
    const [id, replyTo] = event.data.split(" ");
    if (thread) join(replyTo);
    else if (pill) wait(id);
  });
  live.addEventListener("notification", () => ring());
  live.addEventListener("beat", () => (lastHeard = Date.now()));
  live.onopen = () => (Date.now() - lastHeard > 60_000 ? catchUp() : 0, (lastHeard = Date.now()));
}

async function catchUp() {
  const next = await fetched(location.href);
  const count = Number.parseInt(next.querySelector('.rail a[href="/notifications"] .count')?.textContent || 0, 10);
  if (count) ring(count);
  if (!list || !pill) return;
  const newest = BigInt(articles()[0]?.dataset.key || 0);
  for (const one of next.querySelectorAll(".posts[data-of] > article.post")) if (BigInt(one.dataset.key) > newest) wait(one.dataset.id);
}

open();
document.addEventListener("visibilitychange", () => {
  if (document.hidden || Date.now() - lastHeard < 120_000) return;
  live.close();
  open();
});
addEventListener("pagehide", () => live.close());
addEventListener("pageshow", (event) => event.persisted && open());

// Older posts come as one reads on; the link to them stays for everybody else.
let isLoading = false;
const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(), { rootMargin: "900px" });
const foot = () => document.querySelector(".older");
if (list && foot()) watcher.observe(foot());

async function more() {
  const link = foot()?.querySelector("a");
  if (!link || isLoading) return;
  isLoading = true;
  try {
    const next = await fetched(link.href);
    const there = new Set(articles().map((one) => one.dataset.key));
    list.append(...[...next.querySelectorAll(".posts[data-of] > article.post")].filter((one) => !there.has(one.dataset.key)));
    const further = next.querySelector(".older a");
    if (further) link.href = further.href;
    else foot().remove();
  } catch {
    watcher.disconnect();
  }
  isLoading = false;
}

// Whoever comes back finds the list as long as it was, at the same place.
const place = `list:${location.href}`;
if (list) {
  const kept = sessionStorage.getItem(place);
  if (kept && performance.getEntriesByType("navigation")[0]?.type === "back_forward") {
    const { html, older, top } = JSON.parse(kept);
    list.innerHTML = html;
    if (foot()) older ? (foot().querySelector("a").href = older) : foot().remove();
    scrollTo(0, top);
  }
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(place, JSON.stringify({ html: list.innerHTML, older: foot()?.querySelector("a")?.href, top: scrollY }));
    } catch {
      sessionStorage.clear();
    }
  });
}
