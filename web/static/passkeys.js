// Passkeys: asks the browser for one, and sends its answer with the form around the button. Nothing
// else can: the browser gives passkeys to scripts only. What is checked is checked by the server.
"use strict";

(() => {
  const english = document.documentElement.lang === "en";
  const say = (sv, en) => (english ? en : sv);
  const CAUSES = {
    NotAllowedError: say(
      "Du avbröt, eller så tog det för lång tid. Försök igen när du är redo.",
      "You cancelled, or it took too long. Try again when you are ready."),
    SecurityError: say(
      "Passnycklar går inte att använda på den här adressen. Öppna sidan med https och det vanliga namnet.",
      "Passkeys cannot be used at this address. Open the page by https and its usual name."),
    InvalidStateError: say(
      "Den här enheten har redan en passnyckel hos oss.",
      "This device already has a passkey here."),
    NotSupportedError: say(
      "Enheten har ingen passnyckel som går att använda här.",
      "This device has no kind of passkey that can be used here."),
    AbortError: say("Det avbröts. Försök igen.", "It was interrupted. Try again."),
    ConstraintError: say(
      "Enheten kan inte känna igen dig med PIN-kod, finger eller ansikte. Slå på skärmlåset först.",
      "The device cannot recognise you by a PIN, finger or face. Turn its screen lock on first."),
    network: say(
      "Servern svarar inte. Kontrollera uppkopplingen och försök igen.",
      "The server does not answer. Check the connection, and try again."),
    other: say("Passnyckeln kunde inte användas.", "The passkey could not be used."),
  };

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  // What newer browsers do by PublicKeyCredential.parse…OptionsFromJSON and toJSON.
  const withBytes = (options) => {
    const known = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) read.excludeCredentials = known(options.excludeCredentials);
    if (options.allowCredentials) read.allowCredentials = known(options.allowCredentials);
    return read;
  };
  const asJson = (credential) => {
    const { response } = credential;
    const parts = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature",
      "userHandle"]) {
      if (response[name]) parts[name] = text(response[name]);
    }
    if (response.getTransports) parts.transports = response.getTransports();
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: parts,
      clientExtensionResults: credential.getClientExtensionResults(),
      authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    });
  };

  const complain = (form, message) => {
    const box = form.querySelector("[data-passkey-error]");
    box.textContent = message;
    box.hidden = false;
    box.focus();
  };

  const challenge = async (form) => {
    let answer;
    try {
      answer = await fetch(form.dataset.challenge, {
        method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "error",
      });
      answer = await answer.json();
    } catch {
      throw new Error(CAUSES.network);
    }
    if (answer.error) throw new Error(answer.error);
    return answer;
  };

  const use = async (form) => {
    const asked = await challenge(form);
    const publicKey = withBytes(asked.options);
    const make = form.dataset.passkey === "create";
    const got = await navigator.credentials[make ? "create" : "get"]({ publicKey });
    form.elements.token.value = asked.token;
    form.elements.credential.value = asJson(got);
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const usable = window.PublicKeyCredential && navigator.credentials;
    const part = form.querySelector(usable ? "[data-passkey-part]" : "[data-passkey-missing]");
    part.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value || (event.submitter && event.submitter.name)) return;
      event.preventDefault();
      const button = event.submitter ?? form.querySelector("button");
      button.disabled = true;
      try {
        await use(form);
        form.submit();
      } catch (error) {
        const known = CAUSES[error.name];
        complain(form, known ?? (error.name === "Error" ? error.message : CAUSES.other));
      } finally {
        button.disabled = false;
      }
    });
  }
})();
