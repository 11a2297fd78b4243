// Older posts come as one reads on; whoever comes back finds the list as long as it was, at the same place.
import { fetched, words } from "./say.js";

const list = /** @type {HTMLElement | null} */ (document.querySelector(".posts[data-of]"));
const items = () => /** @type {HTMLElement[]} */ ([...(list?.querySelectorAll(":scope > .item") || [])]);
const foot = () => document.querySelector(".older");
const link = () => /** @type {HTMLAnchorElement | null} */ (foot()?.querySelector("a") ?? null);

let isLoading = false;
const watcher = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && more(), { rootMargin: "900px" });

async function more() {
  const to = link();
  if (!to || isLoading || !list) return;
  isLoading = true;
  try {
    const next = await fetched(to.href);
    const there = new Set(items().map((one) => one.dataset.key));
    const found = /** @type {HTMLElement[]} */ ([...next.querySelectorAll(".posts[data-of] > .item")]);
    list.append(...found.filter((one) => !there.has(one.dataset.key)));
    const further = /** @type {HTMLAnchorElement | null} */ (next.querySelector(".older a"));
    further ? (to.href = further.href) : foot()?.remove();
  } catch {
    watcher.disconnect();
  }
  isLoading = false;
}

/** A line before what was here at the last visit, on this device. */
function upToDate() {
  if (list?.dataset.of !== "home" || location.search) return;
  const seen = BigInt(localStorage.getItem("home-seen") || 0);
  const first = items().findIndex((one) => BigInt(one.dataset.key || 0) <= seen);
  const newest = items()[0]?.dataset.key;
  if (newest) localStorage.setItem("home-seen", newest);
  if (first > 0) items()[first].before(Object.assign(document.createElement("article"), { className: "up-to-date", textContent: words.upToDate, ariaLabel: words.upToDate }));
}

function restore() {
  const place = `list:${location.href}`;
  const kept = sessionStorage.getItem(place);
  const came = /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);
  if (kept && list && came?.type === "back_forward") {
    const { html, older, top } = JSON.parse(kept);
    list.innerHTML = html;
    const to = link();
    if (to) older ? (to.href = older) : foot()?.remove();
    scrollTo(0, top);
  } else upToDate();
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(place, JSON.stringify({ html: list?.innerHTML, older: link()?.href, top: scrollY }));
    } catch {
      sessionStorage.clear();
    }
  });
}

if (list) {
  restore();
  const at = foot();
  if (at) watcher.observe(at);
}
