// In a frame of ours in a page of another site: fetches what its reader sees. That page is told one word, the same for everybody, and never anything else.

const main = /** @type {HTMLElement} */ (document.querySelector("main"));
const { kind, lang, failed } = /** @type {Record<string, string>} */ (main.dataset);
/** @type {string[]} */
const listed = JSON.parse(main.dataset.listed || "[]");
/** @type {{origin: string, value: string, question: string} | undefined} */
let asked;
/** Held here alone, and gone with this page. */
let token = "";
/** @type {Window | null} */
let opened = null;

addEventListener("message", (event) => {
  if (event.source === parent && parent !== window && listed.includes(event.origin) && !asked) {
    asked = { origin: event.origin, value: String(event.data?.value || ""), question: String(event.data?.question || "") };
    show();
  } else if (opened && event.source === opened && event.origin === location.origin && asked?.origin === event.data?.origin) {
    token = String(event.data.token);
    opened.close();
    opened = null;
    show(true);
  }
});
const query = new URLSearchParams(location.search);
if (query.has("alone")) {
  // Put there without the script, where a page takes none: the browser says in whose page this is.
  const origin = location.ancestorOrigins?.[0] || (document.referrer && new URL(document.referrer).origin);
  if (listed.includes(origin)) {
    asked = { origin, value: query.get("value") || "", question: "" };
    show();
  }
} else parent.postMessage("weetwie:ready", location.ancestorOrigins?.[0] || "*");

/** @param {boolean} stays whether later pages of this site may know */
async function show(stays = false) {
  try {
    const answer = await fetch(`/embed/${kind}?lang=${lang}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ ...asked, stays }),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    main.innerHTML = await answer.text();
  } catch {
    main.textContent = failed;
  }
  main.removeAttribute("aria-busy");
  for (const link of main.querySelectorAll("a")) Object.assign(link, { target: "_blank", rel: "noopener" });
}

main.addEventListener("click", (event) => {
  if (!(/** @type {Element} */ (event.target).closest("[data-allow]"))) return;
  const at = new URLSearchParams({ origin: asked?.origin || "", lang });
  opened = window.open(`/embed/allow?${at}`, "", "popup,width=480,height=680");
});
