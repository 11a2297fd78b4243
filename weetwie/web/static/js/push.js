// Being told on this device: the browser is asked, and what it agreed with its push service is sent with the form. Where it
// cannot be done nothing is offered.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-push]"));
const able = "serviceWorker" in navigator && "PushManager" in globalThis && globalThis.isSecureContext;

/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
/** @param {ArrayBuffer | null} buffer */
const plain = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer || new ArrayBuffer(0)))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

if (form && able) {
  /** @param {string} name */
  const field = (name) => /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  form.hidden = false;
  const told = /** @type {HTMLElement} */ (form.querySelector("[data-failed]"));
  form.querySelector("button")?.addEventListener("click", async (event) => {
    if (field("endpoint").value) return;
    event.preventDefault();
    told.hidden = true;
    try {
      const registration = await navigator.serviceWorker.ready;
      if (form.dataset.push === "on") {
        await (await registration.pushManager.getSubscription())?.unsubscribe();
        form.submit();
        return;
      }
      if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
      const agreed = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key || "") });
      field("endpoint").value = agreed.endpoint;
      field("p256dh").value = plain(agreed.getKey("p256dh"));
      field("auth").value = plain(agreed.getKey("auth"));
      form.requestSubmit();
    } catch (error) {
      told.textContent = (/** @type {Error} */ (error).message === "denied" ? told.dataset.denied : told.dataset.failed) || "";
      told.hidden = false;
    }
  });
}
