/** form[data-autosubmit]: filters apply as they are chosen. */
export function autosubmit(): void {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLSelectElement || field instanceof HTMLInputElement)) return;
    const form = field.form;
    if (form && "autosubmit" in form.dataset && field.type !== "search" && field.type !== "text") form.requestSubmit();
  });
}
