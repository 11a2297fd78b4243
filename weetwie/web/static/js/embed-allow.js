// Hands the frame that opened this window its token: to our own origin alone, so no other page that opens it ever gets one.

const { token, origin } = /** @type {HTMLElement | null} */ (document.querySelector("[data-token]"))?.dataset || {};
const button = /** @type {HTMLButtonElement | null} */ (document.querySelector("form .b"));

if (token && opener) {
  opener.postMessage({ token, origin }, location.origin);
  // The frame closes this window once it has the token: what a window that is closed has posted comes from nobody.
  setTimeout(() => window.close(), 5000);
}
// What was meant for the page behind, a second click of two, allows nothing here: the button comes disabled, since this script may come late.
if (button) {
  const ready = () => document.visibilityState === "visible" && setTimeout(() => (button.disabled = false), 700);
  ready() || document.addEventListener("visibilitychange", ready, { once: true });
}
