// [data-copy]: on a button, it copies what its selector names (or its own value in data-copy-text); on anything else, a
// button that copies its text is put behind it.
import { t } from "../i18n/t";

const SHOWN_MS = 2_000;

export function copying(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>("[data-copy]")) {
    if (place.dataset.copyReady !== undefined) continue;
    place.dataset.copyReady = "";
    if (place instanceof HTMLButtonElement) {
      place.addEventListener("click", () => void copy(place, textFor(place)));
      continue;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small-btn";
    button.textContent = t("copy");
    button.addEventListener("click", () => void copy(button, place.textContent ?? ""));
    place.after(" ", button);
  }
}

function textFor(button: HTMLButtonElement): string {
  if (button.dataset.copyText !== undefined) return button.dataset.copyText;
  const from = button.dataset.copy ? document.querySelector<HTMLElement>(button.dataset.copy) : null;
  return from instanceof HTMLInputElement ? from.value : (from?.textContent ?? "");
}

async function copy(button: HTMLElement, text: string): Promise<void> {
  await navigator.clipboard.writeText(text.trim());
  const before = button.textContent;
  button.textContent = t("copied");
  setTimeout(() => {
    button.textContent = before;
  }, SHOWN_MS);
}
