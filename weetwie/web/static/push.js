// Being told on this device: the browser is asked, and what it agreed with its push service is sent with the form. Where it
// cannot be done nothing is offered.

const form = document.querySelector("form[data-push]");
const able = form && "serviceWorker" in navigator && "PushManager" in globalThis && globalThis.isSecureContext;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const plain = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

if (able) {
  form.hidden = false;
  const told = form.querySelector(".wrong");
  form.querySelector("button").addEventListener("click", async (event) => {
    if (form.elements.endpoint.value) return;
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
      const agreed = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) });
      form.elements.endpoint.value = agreed.endpoint;
      form.elements.p256dh.value = plain(agreed.getKey("p256dh"));
      form.elements.auth.value = plain(agreed.getKey("auth"));
      form.requestSubmit();
    } catch (error) {
      told.textContent = error.message === "denied" ? told.dataset.denied : told.dataset.failed;
      told.hidden = false;
    }
  });
}
