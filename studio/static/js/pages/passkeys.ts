// [data-passkey="create" | "get"] on a form: its button asks the browser for a passkey by the options in
// [data-passkey-options], and the answer goes into the field that [data-passkey-answer] names. Nothing starts by itself.
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { t } from "../i18n/t";

export function passkeys(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    form.addEventListener("submit", (event) => {
      if (field(form).value) return;
      event.preventDefault();
      void answer(form);
    });
  }
}

async function answer(form: HTMLFormElement): Promise<void> {
  const problem = form.querySelector<HTMLElement>("[data-passkey-problem]");
  if (problem) problem.hidden = true;
  try {
    field(form).value = JSON.stringify(await ceremony(form));
    form.requestSubmit();
  } catch (error) {
    if (!problem) throw error;
    problem.textContent = sentence(error);
    problem.hidden = false;
  }
}

async function ceremony(form: HTMLFormElement): Promise<unknown> {
  const { startAuthentication, startRegistration } = await import("@simplewebauthn/browser");
  const options: unknown = JSON.parse(form.dataset.passkeyOptions ?? "{}");
  return form.dataset.passkey === "create"
    ? startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
    : startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON });
}

function field(form: HTMLFormElement): HTMLInputElement {
  const found = form.elements.namedItem(form.dataset.passkeyAnswer ?? "");
  if (!(found instanceof HTMLInputElement)) throw new Error("a form with a passkey has a field for its answer");
  return found;
}

/** Browsers say little on purpose: a site must not learn which passkeys somebody has. */
function sentence(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "InvalidStateError") return t("passkey.there");
  return t(name === "NotAllowedError" ? "passkey.cancelled" : "passkey.failed");
}
