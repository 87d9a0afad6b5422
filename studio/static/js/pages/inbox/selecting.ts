// Rows of the inbox are selected by a click on their box, with Shift from the last one to this one, or all on the page;
// while some are, a, d and s lead to the buttons of the bar for all of them. The bar itself shows by CSS, scripts or not.
import { between, boxOfAll } from "./range";

const BOXES = "input[type=checkbox][name=pick]";

export function selecting(): void {
  const bar = document.querySelector<HTMLFormElement>("#bulk");
  if (!bar) return;
  const selection = new Selection(bar);
  document.addEventListener("click", (event) => selection.clicked(event));
  document.addEventListener("change", () => selection.show());
  document.addEventListener("inbox:closed", () => selection.show());
  bar.addEventListener("keydown", pressBeside);
  bar.addEventListener("reset", () => setTimeout(() => selection.none()));
  document.addEventListener("keydown", (event) => selection.pressed(event), { capture: true });
  selection.show();
}

/** Enter in a field presses the button beside it, not the form's first. */
function pressBeside(event: KeyboardEvent): void {
  const field = event.target;
  if (event.key !== "Enter" || !(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) return;
  event.preventDefault();
  field.closest(".menu-list")?.querySelector<HTMLElement>("button[type=submit]")?.click();
}

class Selection {
  private anchor: HTMLInputElement | null = null;
  private readonly all = document.querySelector<HTMLInputElement>("[data-select-all]");
  private readonly count: HTMLElement | null;

  constructor(private readonly bar: HTMLFormElement) {
    this.count = bar.querySelector<HTMLElement>(".bulk-count");
    if (this.all) this.all.hidden = false;
    const clear = bar.querySelector<HTMLElement>("[data-select-none]");
    if (clear) clear.hidden = false;
  }

  private get boxes(): HTMLInputElement[] {
    return [...document.querySelectorAll<HTMLInputElement>(BOXES)];
  }

  private get chosen(): HTMLInputElement[] {
    return this.boxes.filter((box) => box.checked);
  }

  clicked(event: MouseEvent): void {
    const target = event.target as Element;
    if (target === this.all) this.set(this.boxes, this.all?.checked ?? false);
    if (!(target instanceof HTMLInputElement) || !target.matches(BOXES)) return;
    const boxes = this.boxes;
    const anchor = this.anchor ? boxes.indexOf(this.anchor) : null;
    if (event.shiftKey) {
      const positions = between(anchor, boxes.indexOf(target), boxes.length);
      this.set(
        boxes.filter((_box, at) => positions.includes(at)),
        target.checked,
      );
    }
    this.anchor = target;
  }

  /** While rows are selected, these keys are for all of them; Escape selects nothing. */
  pressed(event: KeyboardEvent): void {
    const target = event.target as Element;
    if (event.ctrlKey || event.metaKey || event.altKey || this.chosen.length === 0) return;
    if (target.closest("input:not([type=checkbox]), textarea, select, dialog, details[open], [contenteditable=true]"))
      return;
    if (event.key === "Escape") this.none();
    else if (!this.lead(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private lead(key: string): boolean {
    const control = this.bar.querySelector<HTMLElement>(`[data-bulk-key="${CSS.escape(key)}"]`);
    if (!control) return false;
    const menu = control.closest("details");
    if (menu) menu.open = true;
    (menu?.querySelector<HTMLElement>("textarea, select") ?? control).focus();
    return true;
  }

  none(): void {
    this.set(this.boxes, false);
    this.anchor = null;
  }

  private set(boxes: readonly HTMLInputElement[], on: boolean): void {
    for (const box of boxes) box.checked = on;
    this.show();
  }

  show(): void {
    const selected = this.chosen.length;
    const state = boxOfAll(selected, this.boxes.length);
    if (this.all) {
      this.all.checked = state === "on";
      this.all.indeterminate = state === "between";
    }
    const words = selected === 1 ? this.count?.dataset.countOne : this.count?.dataset.countMany;
    if (this.count && words) this.count.textContent = words.replace("{n}", String(selected));
  }
}
