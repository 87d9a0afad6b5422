// [data-working="Working …"] on a submit button: it says so until the answer is there, and is not sent twice.
export function working(): void {
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button?.dataset.working) return;
    if (button.ariaBusy === "true") return event.preventDefault();
    button.ariaBusy = "true";
    button.dataset.rest = button.textContent ?? "";
    button.textContent = button.dataset.working;
  });
  // Back from the answer by the browser's own button: the page comes as it was left.
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll<HTMLElement>("[data-working][aria-busy]")) {
      button.ariaBusy = null;
      button.textContent = button.dataset.rest ?? button.textContent;
    }
  });
}
