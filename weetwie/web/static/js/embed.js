// One line of HTML in a page of another site: makes a frame of ours beside its script tag. Of that page it reads the title, the headings and the
// description, and changes nothing else. It sets no cookies, stores nothing and reports nothing.

(() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  if (!script) return;
  /** @type {Record<string, Record<string, string>>} what links and frames are called, by language and kind */
  const words = JSON.parse(String.raw`/* words */`);
  const { origin } = new URL(script.src);
  const { weetwie: kind = "", value = "", height = "", theme = "", lang = "" } = script.dataset;
  const wished = [lang, document.documentElement.lang, navigator.language].map((one) => one.slice(0, 2).toLowerCase());
  const language = wished.find((one) => one in words) || "en";
  const title = words[language][kind];
  if (!title) return console.error(`Weetwie: data-weetwie is one of ${Object.keys(words.en).join(", ")}.`);

  const frame = document.createElement("iframe");
  frame.src = `${origin}/embed/${kind}?${new URLSearchParams({ lang: language, theme })}`;
  frame.title = title;
  frame.height = String(Math.min(Math.max(Number(height) || 360, 120), 2000));
  frame.loading = "lazy";
  frame.referrerPolicy = "no-referrer";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox");
  // Until it has said that it is there, a browser may show an error of its own in it.
  Object.assign(frame.style, { width: "100%", border: "0", colorScheme: "auto", visibility: "hidden" });

  let isThere = false;
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== origin || event.data !== "weetwie:ready") return;
    isThere = true;
    frame.style.visibility = "";
    whenRead(() => frame.contentWindow?.postMessage({ value, question: question() }, origin));
  });
  frame.addEventListener("load", () => setTimeout(() => isThere || instead(), 1000));
  document.addEventListener("securitypolicyviolation", (event) => {
    if (!event.effectiveDirective.match(/^(frame|child|default)-src/) || !event.blockedURI.startsWith(origin) || !frame.isConnected) return;
    console.warn(`Weetwie: this page's Content-Security-Policy keeps the frame out. Add to it: frame-src ${origin}`);
    instead();
  });
  script.after(frame);

  /** A plain link, where no frame can be. */
  function instead() {
    if (!frame.isConnected) return;
    const link = document.createElement("a");
    const about = value || (kind === "who-knows" ? document.title : "");
    link.href = `${origin}/embed/open?${new URLSearchParams({ kind, value: about.slice(0, 300), from: location.origin })}`;
    link.textContent = title;
    link.target = "_blank";
    link.rel = "noopener";
    frame.replaceWith(link);
  }

  /** @param {() => void} act once all headings are there */
  function whenRead(act) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
    else act();
  }

  /** What this page is about, in its own words, the most telling first. */
  function question() {
    if (kind !== "who-knows") return "";
    const described = /** @type {HTMLMetaElement | null} */ (document.querySelector("meta[name=description i]"));
    const place = document.querySelector("main, [role=main], article") || document.body;
    const headings = [...place.querySelectorAll("h1, h2, h3")].slice(0, 12).map((one) => one.textContent || "");
    const said = [document.title, headings.shift() || "", described?.content || "", ...headings].map((one) => one.trim().slice(0, 200));
    return [...new Set(said)].filter(Boolean).join("\n").slice(0, 1000);
  }
})();
