import { Refusal, request } from "./api";

const ANSWERS = {
  create: async (asked: unknown): Promise<Credential | null> => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked as PublicKeyCredentialCreationOptionsJSON);
    return navigator.credentials.create({ publicKey });
  },
  get: async (asked: unknown): Promise<Credential | null> => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked as PublicKeyCredentialRequestOptionsJSON);
    return navigator.credentials.get({ publicKey });
  },
};

/**
 * A form of `factors/passkey.html` is shown where the browser can answer it. Sending it asks the
 * server for a challenge and the browser for a passkey, and then sends what the passkey said.
 */
export function answerWithPasskeys(root: Document): void {
  if (!canAnswer()) return;
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.reportValidity()) void answer(form);
    });
  }
}

function canAnswer(): boolean {
  return typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

async function answer(form: HTMLFormElement): Promise<void> {
  const { passkey, challenge } = form.dataset;
  say(form, "");
  try {
    const asked = await request<unknown>(challenge ?? "", { method: "POST" });
    const credential = await ANSWERS[passkey as keyof typeof ANSWERS](asked);
    (form.elements.namedItem("credential") as HTMLInputElement).value = JSON.stringify(credential);
    form.submit(); // does not come back here, as a click would
  } catch (error) {
    if (error instanceof Refusal && error.problem.code === "step_up_required") askForProof();
    else say(form, words(error));
  }
}

function askForProof(): void {
  location.assign(`/account/confirm?next=${encodeURIComponent(location.pathname)}`);
}

function words(error: unknown): string {
  if (!(error instanceof DOMException)) return (error as Error).message;
  if (error.name === "InvalidStateError") return "This device holds a passkey of yours already.";
  return "No passkey was used. Try again, or choose another way.";
}

function say(form: HTMLFormElement, text: string): void {
  const place = form.querySelector("[data-passkey-says]");
  if (place) place.textContent = text;
}
