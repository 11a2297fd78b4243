// Passkeys: the device is asked, and its answer is sent with the form. Without a script, or on a device without them, the
// buttons stay hidden and the other ways go on.

const able = globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON && globalThis.isSecureContext;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!able) break;
  form.hidden = false;
  const isNew = form.dataset.passkey === "new";
  const told = form.querySelector(".wrong");
  form.addEventListener("submit", async (event) => {
    if (form.elements.credential.value) return;
    event.preventDefault();
    told.hidden = true;
    try {
      const answer = await fetch(`/auth/passkey/${isNew ? "begin-adding" : "begin"}`, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(new FormData(form)) });
      const asked = await answer.json();
      if (!answer.ok) throw new Error(asked.error);
      const publicKey = isNew ? PublicKeyCredential.parseCreationOptionsFromJSON(asked) : PublicKeyCredential.parseRequestOptionsFromJSON(asked);
      const credential = await navigator.credentials[isNew ? "create" : "get"]({ publicKey });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.requestSubmit();
    } catch (error) {
      if (error.name === "NotAllowedError" || error.name === "AbortError") return;
      told.textContent = error.name === "InvalidStateError" ? told.dataset.known : told.dataset.failed;
      told.hidden = false;
    }
  });
}
