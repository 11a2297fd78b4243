// Passkeys: the device is asked, and its answer is sent with the form. Without a script, or on a device without them, the
// buttons stay hidden and the other ways go on.

const able = "PublicKeyCredential" in globalThis && "parseRequestOptionsFromJSON" in PublicKeyCredential && globalThis.isSecureContext;

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
  if (!able) break;
  form.hidden = false;
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  const isNew = form.dataset.passkey === "new";
  const told = /** @type {HTMLElement} */ (form.querySelector("[data-failed]"));
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    told.hidden = true;
    try {
      const body = new URLSearchParams(/** @type {[string, string][]} */ ([...new FormData(form)]));
      const answer = await fetch(`/auth/passkey/${isNew ? "begin-adding" : "begin"}`, { method: "POST", headers: { accept: "application/json" }, body });
      const asked = await answer.json();
      if (!answer.ok) throw new Error(asked.error);
      const credential = isNew
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
      field.value = JSON.stringify(/** @type {PublicKeyCredential} */ (credential).toJSON());
      form.requestSubmit();
    } catch (error) {
      const { name } = /** @type {Error} */ (error);
      if (name === "NotAllowedError" || name === "AbortError") return;
      told.textContent = (name === "InvalidStateError" ? told.dataset.known : told.dataset.failed) || "";
      told.hidden = false;
    }
  });
}
