// Loaded as a blocking script in <head>, so that a chosen theme stands before the first paint. The server may have set
// data-theme from the person's profile; a choice made in this browser, by a [data-theme-choice="light|dark|system"]
// button, goes before it. Without scripts the profile's or the system's setting holds.
{
  const root = document.documentElement;
  const given = root.dataset.theme;
  const kept = (): string | null => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage may be forbidden; the page's own setting then holds
    }
  };
  const show = (choice: string | null): void => {
    const theme = choice === null ? given : choice === "system" ? undefined : choice;
    if (theme === undefined) delete root.dataset.theme;
    else root.dataset.theme = theme;
    for (const button of document.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (theme ?? "system")));
    }
  };
  show(kept());
  document.addEventListener("DOMContentLoaded", () => show(kept()));
  document.addEventListener("click", (event) => {
    const choice = (event.target as Element | null)?.closest<HTMLElement>("[data-theme-choice]")?.dataset.themeChoice;
    if (!choice) return;
    try {
      localStorage.setItem("theme", choice);
    } catch {
      // the choice then lasts for this page
    }
    show(choice);
  });
}
