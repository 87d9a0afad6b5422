// A grid of texts for the keyboard: arrows, typing, Enter, paste from a spreadsheet. Editor and pages draw the same one.
import { t } from "../i18n/t";
import {
  type Block,
  blockOf,
  clear,
  emptyRow,
  fitted,
  insert,
  move,
  paste,
  put,
  type Rows,
  readTabs,
  remove,
  type Spot,
  writeTabs,
} from "./model";

export interface Column {
  readonly name: string;
  /** Smaller, below the name. */
  readonly hint?: string;
}

export interface GridProblem {
  /** `<row>` or `<row>.<column>`, from 0. */
  readonly at: string;
  readonly message: string;
  readonly warning?: boolean;
}

export interface GridOptions {
  readonly label: string;
  readonly most: number;
  /** The last row stands for all that no other fits: it has no cells in so many first columns, and stays last. */
  readonly otherwise?: number;
  /** Whether it keeps what was before, for Ctrl+Z; the editor has an undo of its own. */
  readonly undo: boolean;
  onChange(rows: Rows): void;
}

const MOST_UNDONE = 200;

export class Grid {
  private rows: Rows = [];
  private columns: readonly Column[] = [];
  private problems: readonly GridProblem[] = [];
  private at: Spot = { row: 0, column: 0 };
  private anchor: Spot = { row: 0, column: 0 };
  private past: Rows[] = [];
  private future: Rows[] = [];
  private readonly table = document.createElement("table");
  private readonly said = document.createElement("p");

  constructor(
    host: HTMLElement,
    private readonly options: GridOptions,
  ) {
    const scroll = document.createElement("div");
    scroll.className = "grid-scroll";
    this.table.className = "grid";
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-label", options.label);
    this.table.setAttribute("aria-multiselectable", "true");
    this.said.className = "grid-said";
    this.said.setAttribute("role", "status");
    scroll.append(this.table);
    host.replaceChildren(scroll, this.tools(), this.said);
    this.table.addEventListener("keydown", (event) => this.pressed(event));
    this.table.addEventListener("copy", (event) => this.copied(event, false));
    this.table.addEventListener("cut", (event) => this.copied(event, true));
    this.table.addEventListener("paste", (event) => this.pasted(event));
    this.table.addEventListener("mousedown", (event) => this.pointed(event));
    this.table.addEventListener("dblclick", () => this.edit(null));
    this.table.addEventListener("focusin", (event) => this.focused(event));
  }

  /** Show these; what is chosen stays where it can. */
  show(columns: readonly Column[], rows: Rows): void {
    const next = fitted(rows, columns.length);
    if (same(this.columns, columns) && same(this.rows, next)) return; // a cell that is being edited stays so
    const held = this.table.contains(document.activeElement);
    this.columns = columns;
    this.rows = next;
    this.draw();
    if (held) this.focus();
  }

  /** Mark cells and rows that something is wrong with. */
  mark(problems: readonly GridProblem[]): void {
    this.problems = problems;
    this.paint();
  }

  get current(): Rows {
    return this.rows;
  }

  private change(next: Rows, to: Spot = this.at, anchor: Spot = to): void {
    this.past = [...this.past.slice(1 - MOST_UNDONE), this.rows];
    this.future = [];
    this.take(next, to, anchor);
  }

  private take(next: Rows, to: Spot, anchor: Spot): void {
    const held = this.table.contains(document.activeElement);
    this.rows = fitted(next, this.columns.length);
    this.problems = [];
    this.at = this.inside(to);
    this.anchor = this.inside(anchor);
    this.draw();
    if (held) this.focus();
    this.options.onChange(this.rows);
  }

  private inside({ row, column }: Spot): Spot {
    return {
      row: Math.max(0, Math.min(row, this.rows.length - 1)),
      column: Math.max(0, Math.min(column, this.columns.length - 1)),
    };
  }

  private get chosen(): Block {
    return blockOf({ from: this.anchor, to: this.at });
  }

  /** Rows that may be moved and removed: all but the last where that stands for the others. */
  private get free(): number {
    return this.rows.length - (this.options.otherwise === undefined ? 0 : 1);
  }

  private locked({ row, column }: Spot): boolean {
    return this.options.otherwise !== undefined && row === this.rows.length - 1 && column < this.options.otherwise;
  }

  private draw(): void {
    const head = document.createElement("thead");
    const names = head.insertRow();
    names.append(corner());
    for (const one of this.columns) names.append(columnHead(one));
    const body = document.createElement("tbody");
    this.rows.forEach((row, place) => {
      const line = body.insertRow();
      const number = document.createElement("th");
      number.scope = "row";
      number.textContent = place < this.free ? String(place + 1) : t("grid.otherwise");
      line.append(number);
      row.forEach((text, column) => {
        const cell = line.insertCell();
        cell.setAttribute("role", "gridcell");
        cell.dataset.row = String(place);
        cell.dataset.column = String(column);
        cell.textContent = text;
        if (this.locked({ row: place, column })) cell.setAttribute("aria-readonly", "true");
      });
    });
    this.table.replaceChildren(head, body);
    this.at = this.inside(this.at);
    this.anchor = this.inside(this.anchor);
    this.paint();
  }

  private paint(): void {
    const { top, left, bottom, right } = this.chosen;
    for (const cell of this.table.querySelectorAll<HTMLTableCellElement>("td[data-row]")) {
      const row = Number(cell.dataset.row);
      const column = Number(cell.dataset.column);
      const here = row === this.at.row && column === this.at.column;
      cell.tabIndex = here ? 0 : -1;
      cell.setAttribute("aria-selected", String(row >= top && row <= bottom && column >= left && column <= right));
      const wrong = this.problems.filter((one) => one.at === `${row}.${column}` || one.at === String(row));
      const errors = wrong.filter((one) => !one.warning);
      cell.toggleAttribute("data-warned", wrong.length > errors.length);
      if (errors.length) cell.setAttribute("aria-invalid", "true");
      else cell.removeAttribute("aria-invalid");
      if (wrong.length) cell.title = wrong.map((one) => one.message).join(" ");
      else cell.removeAttribute("title");
    }
    const own = this.problems.filter(
      (one) => one.at === `${this.at.row}.${this.at.column}` || one.at === String(this.at.row),
    );
    this.said.textContent = own.map((one) => one.message).join(" ");
  }

  private cell({ row, column }: Spot): HTMLTableCellElement | null {
    return this.table.querySelector(`td[data-row="${row}"][data-column="${column}"]`);
  }

  private focus(): void {
    this.cell(this.at)?.focus();
  }

  private go(to: Spot, extend = false): void {
    this.at = this.inside(to);
    if (!extend) this.anchor = this.at;
    this.paint();
    this.focus();
  }

  private focused(event: FocusEvent): void {
    const spot = spotOf(event.target);
    if (!spot || (spot.row === this.at.row && spot.column === this.at.column)) return;
    this.at = this.anchor = spot;
    this.paint();
  }

  private pointed(event: MouseEvent): void {
    const spot = spotOf(event.target);
    if (!spot || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    this.go(spot, event.shiftKey);
  }

  private pressed(event: KeyboardEvent): void {
    if (event.target instanceof HTMLInputElement || event.isComposing) return;
    if (this.byCommand(event) || this.byArrow(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      this.edit(event.key);
    }
  }

  private byArrow(event: KeyboardEvent): boolean {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (event.altKey) return false;
    const far = event.ctrlKey || event.metaKey;
    const { row, column } = this.at;
    if (step) {
      const [down = 0, across = 0] = step.map((one) => one * (far ? 10_000 : 1));
      this.go({ row: row + down, column: column + across }, event.shiftKey);
    } else if (event.key === "Home") this.go({ row: far ? 0 : row, column: 0 }, event.shiftKey);
    else if (event.key === "End") this.go({ row: far ? 10_000 : row, column: 10_000 }, event.shiftKey);
    else return false;
    return true;
  }

  private byCommand(event: KeyboardEvent): boolean {
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "enter") this.insertBelow();
    else if (key === "enter" || key === "f2") this.edit(null);
    else if (command && (key === "delete" || key === "backspace")) this.removeRows();
    else if (key === "delete" || key === "backspace") this.change(clear(this.rows, this.chosen), this.at, this.anchor);
    else if (event.altKey && (key === "arrowup" || key === "arrowdown")) this.moveRow(key === "arrowup" ? -1 : 1);
    else if (command && key === "a") {
      this.anchor = { row: 0, column: 0 };
      this.go({ row: 10_000, column: 10_000 }, true);
    } else if (command && key === "z" && this.options.undo) this.back(event.shiftKey);
    else if (command && key === "y" && this.options.undo) this.back(true);
    else return false;
    return true;
  }

  private back(again: boolean): void {
    const from = again ? this.future : this.past;
    const rows = from.at(-1);
    if (!rows) return;
    from.pop();
    (again ? this.past : this.future).push(this.rows);
    this.take(rows, this.at, this.at);
  }

  private insertBelow(): void {
    if (this.rows.length >= this.options.most) {
      this.said.textContent = t("grid.full", { n: this.options.most });
      return;
    }
    const place = Math.min(this.at.row + 1, Math.max(this.free, 0));
    this.change(insert(this.rows, place, this.columns.length), { row: place, column: 0 });
  }

  private removeRows(): void {
    const { top, bottom } = this.chosen;
    const last = Math.min(bottom, this.free - 1);
    if (last < top) return;
    const left = remove(this.rows, top, last);
    this.change(left.length ? left : [emptyRow(this.columns.length)], { row: top, column: this.at.column });
  }

  private moveRow(by: number): void {
    const to = this.at.row + by;
    if (this.at.row >= this.free || to < 0 || to >= this.free) return;
    this.change(move(this.rows, this.at.row, to), { row: to, column: this.at.column });
  }

  private copied(event: ClipboardEvent, cut: boolean): void {
    if (event.target instanceof HTMLInputElement) return;
    const { top, left, bottom, right } = this.chosen;
    const block = this.rows.slice(top, bottom + 1).map((row) => row.slice(left, right + 1));
    event.clipboardData?.setData("text/plain", writeTabs(block));
    event.preventDefault();
    if (cut) this.change(clear(this.rows, this.chosen), this.at, this.anchor);
  }

  private pasted(event: ClipboardEvent): void {
    if (event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    const block = readTabs(event.clipboardData?.getData("text/plain") ?? "");
    const last = this.options.otherwise === undefined ? null : (this.rows.at(-1) ?? null);
    const upper = last && this.at.row < this.free ? this.rows.slice(0, -1) : this.rows;
    const most = upper === this.rows ? this.options.most : this.options.most - 1;
    const done = paste(
      upper,
      this.chosen,
      block,
      this.columns.length,
      upper === this.rows && last ? this.rows.length : most,
    );
    this.change(upper === this.rows || !last ? done.rows : [...done.rows, last], done.span.to, done.span.from);
    if (done.lost) this.said.textContent = t("grid.lost", { n: done.lost });
  }

  /** Edit the cell: what was typed takes its place, or what stands there stays to be changed. */
  private edit(typed: string | null): void {
    const cell = this.cell(this.at);
    if (!cell || this.locked(this.at)) return;
    const before = this.rows[this.at.row]?.[this.at.column] ?? "";
    const input = document.createElement("input");
    input.className = "grid-input";
    input.setAttribute("aria-label", this.columns[this.at.column]?.name ?? "");
    input.value = typed ?? before;
    input.maxLength = 2_000;
    cell.replaceChildren(input);
    input.focus();
    if (typed === null) input.select();
    let over = false;
    const end = (keep: boolean, down = 0, across = 0): void => {
      if (over) return;
      over = true;
      const text = input.value.trim();
      cell.textContent = before;
      const next = { row: this.at.row + down, column: this.at.column + across };
      if (keep && text !== before) this.change(put(this.rows, this.at, text), next);
      else this.at = this.anchor = this.inside(next);
      this.paint();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing || !["Enter", "Tab", "Escape"].includes(event.key)) return;
      event.preventDefault();
      if (event.key === "Enter") end(true, event.shiftKey ? -1 : 1);
      else if (event.key === "Tab") end(true, 0, event.shiftKey ? -1 : 1);
      else end(false);
      this.focus();
    });
    input.addEventListener("blur", () => end(true));
  }

  private tools(): HTMLElement {
    const tools = document.createElement("div");
    tools.className = "grid-tools";
    const button = (text: string, act: () => void): void => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "btn small-btn";
      made.textContent = text;
      made.addEventListener("click", () => {
        act();
        this.focus();
      });
      tools.append(made);
    };
    button(t("grid.insert"), () => this.insertBelow());
    button(t("grid.remove"), () => this.removeRows());
    button(t("grid.up"), () => this.moveRow(-1));
    button(t("grid.down"), () => this.moveRow(1));
    const hint = document.createElement("small");
    hint.textContent = t("grid.hint");
    tools.append(hint);
    return tools;
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function spotOf(target: EventTarget | null): Spot | null {
  const cell = target instanceof Element ? target.closest<HTMLTableCellElement>("td[data-row]") : null;
  return cell ? { row: Number(cell.dataset.row), column: Number(cell.dataset.column) } : null;
}

function corner(): HTMLElement {
  const made = document.createElement("th");
  made.scope = "col";
  made.textContent = t("grid.row");
  return made;
}

function columnHead({ name, hint }: Column): HTMLElement {
  const made = document.createElement("th");
  made.scope = "col";
  made.append(name || "–");
  if (hint) {
    const small = document.createElement("small");
    small.textContent = hint;
    made.append(small);
  }
  return made;
}
