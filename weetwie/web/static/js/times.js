// Times in the reader's own zone: the moment in full, and the day where it is a day ago or more.

const DAY = 86_400_000;
/** English dates are written as in Britain: the day first, 24 hours. */
export const locale = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;

/** @param {Date} at */
function day(at) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (midnight - at.getTime() < 6 * DAY) return at.toLocaleDateString(locale, { weekday: "long" });
  const year = at.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return at.toLocaleDateString(locale, { day: "numeric", month: "long", year });
}

/** @param {ParentNode} root */
export function localTimes(root) {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (root.querySelectorAll("time[title], time[data-full]"))) {
    const at = new Date(time.dateTime);
    const full = at.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
    time.title = full;
    if ("full" in time.dataset) time.textContent = full;
    else if (Date.now() - at.getTime() > DAY) time.textContent = day(at);
  }
}

localTimes(document);
for (const list of document.querySelectorAll(".posts")) new MutationObserver(() => localTimes(list)).observe(list, { childList: true });
for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[name=minutes_off]"))) {
  field.value = String(new Date().getTimezoneOffset());
  const zone = field.closest("form")?.querySelector(".zone");
  if (zone) zone.textContent = `(${Intl.DateTimeFormat().resolvedOptions().timeZone.replace(/_/g, " ")})`;
}
