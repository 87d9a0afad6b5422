// table[data-shortcuts="rows"]: j and k walk the rows; a letter presses what carries [data-key] of that letter in the row
// (a approve, d decline, s snooze, Enter open); x ticks the row's box, with Shift from the last one to this one; what
// carries [data-key-anywhere] is pressed wherever one stands (? the list of keys). Only while nothing is typed into.
export function shortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as Element;
    if (target.closest("input:not([type=checkbox]), textarea, select, dialog, [contenteditable=true], details[open]"))
      return;
    const table = document.querySelector("[data-shortcuts=rows]");
    if (!table) return;
    const rows = [...table.querySelectorAll<HTMLElement>("tbody > tr")];
    const at = rows.findIndex((row) => row.classList.contains("current") || row.contains(document.activeElement));
    if (event.key === "j") walk(rows, at, 1);
    else if (event.key === "k") walk(rows, at, -1);
    else if (event.key === "Enter" && target.closest("a, button, summary")) return;
    else if (!press(rows[at], event) && !pressAnywhere(event.key)) return;
    event.preventDefault();
  });
}

function walk(rows: readonly HTMLElement[], from: number, by: number): void {
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + by))];
  if (!next) return;
  for (const row of rows) row.classList.toggle("current", row === next);
  next.querySelector<HTMLElement>(".row-link, a, button")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function press(row: HTMLElement | undefined, event: KeyboardEvent): boolean {
  if (!row) return false;
  if (event.key.toLowerCase() === "x") return tick(row, event.shiftKey);
  const control = row.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]`);
  control?.click();
  const inside = control
    ?.closest("details[open]")
    ?.querySelector<HTMLElement>("textarea, input:not([type=hidden]), button");
  inside?.focus();
  return control !== null;
}

function tick(row: HTMLElement, shiftKey: boolean): boolean {
  const box = row.querySelector<HTMLElement>("input[type=checkbox]");
  box?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, shiftKey }));
  return box !== null;
}

function pressAnywhere(key: string): boolean {
  const control = document.querySelector<HTMLElement>(`[data-key-anywhere="${CSS.escape(key)}"]`);
  control?.click();
  return control !== null;
}
