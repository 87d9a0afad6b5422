// [data-confirm="38 runs stop where they are; what they sent stays sent."] on a submit button: asked once more, with the
// button's own words for yes. [data-confirm-title] is the question, [data-confirm-cancel] the way back.
import { t } from "../i18n/t";

const agreed = new WeakSet<HTMLElement>();

export function confirmations(): void {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.dataset.confirm || agreed.has(button)) return;
    event.preventDefault();
    ask(button, () => {
      agreed.add(button);
      (event.target as HTMLFormElement).requestSubmit(button);
    });
  });
}

function ask(button: HTMLElement, yes: () => void): void {
  const verb = button.textContent?.trim() ?? "";
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  const head = element("div", "dialog-head", [element("h2", "", [button.dataset.confirmTitle ?? verb])]);
  const body = element("div", "dialog-body", [element("p", "", [button.dataset.confirm ?? ""])]);
  const no = element("button", "btn", [button.dataset.confirmCancel ?? t("dialog.cancel")]);
  const go = element("button", "btn destructive", [verb]);
  no.addEventListener("click", () => dialog.close());
  go.addEventListener("click", () => {
    dialog.close();
    yes();
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(head, body, element("div", "dialog-foot", [no, go]));
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}

function element(tag: string, className: string, children: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}
