const TYPED = ["search", "text", "number", "datetime-local"];

/** form[data-autosubmit]: filters apply as they are chosen, and those that are empty stay out of the address. */
export function autosubmit(): void {
  document.addEventListener("formdata", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("autosubmit" in form.dataset)) return;
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLSelectElement || field instanceof HTMLInputElement)) return;
    const form = field.form;
    if (form && "autosubmit" in form.dataset && !TYPED.includes(field.type)) form.requestSubmit();
  });
}
