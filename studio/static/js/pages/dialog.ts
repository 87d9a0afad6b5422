/** [data-dialog="#id"] opens that dialog; [data-close] inside closes it, a click on its backdrop too. */
export function dialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-dialog]");
    const dialog = opener?.dataset.dialog ? document.querySelector<HTMLDialogElement>(opener.dataset.dialog) : null;
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    } else if (target.closest("[data-close]") || target instanceof HTMLDialogElement) target.closest("dialog")?.close();
  });
  // an open menu closes on a click elsewhere and on Escape
  document.addEventListener("click", (event) => closeMenus(event.target as Element));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = (event.target as Element).closest<HTMLDetailsElement>("details.menu[open]");
    menu?.querySelector("summary")?.focus();
    closeMenus(null);
  });
}

function closeMenus(inside: Element | null): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!inside || !menu.contains(inside)) menu.open = false;
  }
}
