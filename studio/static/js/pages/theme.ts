// Loaded as a blocking script in <head>, so that a chosen theme stands before the first paint.
// [data-theme-choice="light|dark|system"] buttons choose; without scripts the system's setting holds.
{
  const root = document.documentElement;
  const kept = (): string | null => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage may be forbidden; the system's setting then holds
    }
  };
  const show = (choice: string | null): void => {
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
    for (const button of document.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
      const pressed = button.dataset.themeChoice === (choice ?? "system");
      button.setAttribute("aria-pressed", String(pressed));
    }
  };
  show(kept());
  document.addEventListener("DOMContentLoaded", () => show(kept()));
  document.addEventListener("click", (event) => {
    const button = (event.target as Element | null)?.closest<HTMLElement>("[data-theme-choice]");
    const choice = button?.dataset.themeChoice;
    if (!choice) return;
    try {
      if (choice === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", choice);
    } catch {
      // the choice then lasts for this page
    }
    show(choice);
  });
}
