// Rows of texts, as a grid edits them. Pure: each function gives new rows.
export type Rows = readonly (readonly string[])[];

export interface Spot {
  readonly row: number;
  readonly column: number;
}

/** Both corners, as they were chosen. */
export interface Span {
  readonly from: Spot;
  readonly to: Spot;
}

export interface Block {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const blockOf = ({ from, to }: Span): Block => ({
  top: Math.min(from.row, to.row),
  left: Math.min(from.column, to.column),
  bottom: Math.max(from.row, to.row),
  right: Math.max(from.column, to.column),
});

export const emptyRow = (width: number): string[] => Array.from({ length: width }, () => "");

/** Each row as wide as the grid. */
export const fitted = (rows: Rows, width: number): string[][] =>
  rows.map((row) => Array.from({ length: width }, (_, at) => row[at] ?? ""));

export const put = (rows: Rows, at: Spot, text: string): Rows =>
  rows.map((row, place) => (place === at.row ? row.map((cell, column) => (column === at.column ? text : cell)) : row));

export const clear = (rows: Rows, { top, left, bottom, right }: Block): Rows =>
  rows.map((row, place) =>
    place < top || place > bottom ? row : row.map((cell, column) => (column < left || column > right ? cell : "")),
  );

export const insert = (rows: Rows, at: number, width: number): Rows => [
  ...rows.slice(0, at),
  emptyRow(width),
  ...rows.slice(at),
];

export const remove = (rows: Rows, from: number, to: number): Rows => rows.filter((_, at) => at < from || at > to);

/** The row one up or down; the same rows where it cannot go there. */
export function move(rows: Rows, from: number, to: number): Rows {
  const row = rows[from];
  if (!row || to < 0 || to >= rows.length) return rows;
  const without = rows.filter((_, at) => at !== from);
  return [...without.slice(0, to), row, ...without.slice(to)];
}

export interface Pasted {
  readonly rows: Rows;
  readonly span: Span;
  /** Cells that had no place. */
  readonly lost: number;
}

/** A block laid over the grid from a cell on; one cell fills all that is chosen. Rows are added, up to `most`. */
export function paste(rows: Rows, chosen: Block, block: Rows, width: number, most: number): Pasted {
  const [first] = block;
  if (!first)
    return { rows, span: { from: spot(chosen.top, chosen.left), to: spot(chosen.top, chosen.left) }, lost: 0 };
  const single = block.length === 1 && first.length === 1;
  const laid: Rows = single
    ? Array.from({ length: chosen.bottom - chosen.top + 1 }, () =>
        Array.from({ length: chosen.right - chosen.left + 1 }, () => first[0] ?? ""),
      )
    : block;
  const next = rows.map((row) => [...row]);
  let lost = 0;
  let right = chosen.left;
  laid.forEach((cells, down) => {
    const row = chosen.top + down;
    if (row >= most) {
      lost += cells.length;
      return;
    }
    while (next.length <= row) next.push(emptyRow(width));
    cells.forEach((cell, across) => {
      const column = chosen.left + across;
      const target = next[row];
      if (!target || column >= width) lost += 1;
      else {
        target[column] = cell;
        right = Math.max(right, column);
      }
    });
  });
  const bottom = Math.min(chosen.top + laid.length, most, next.length) - 1;
  return {
    rows: next,
    span: { from: spot(chosen.top, chosen.left), to: spot(Math.max(bottom, chosen.top), right) },
    lost,
  };
}

const spot = (row: number, column: number): Spot => ({ row, column });

/** What a spreadsheet puts on the clipboard: tabs between cells, quotes around those that hold one. */
export function readTabs(text: string): string[][] {
  return readCells(text.replace(/\r\n?/g, "\n").replace(/\n$/, ""), "\t");
}

export const writeTabs = (rows: Rows): string =>
  rows.map((row) => row.map((cell) => (/["\t\n]/.test(cell) ? quoted(cell) : cell)).join("\t")).join("\n");

/** Comma-separated values, as the server writes and reads them. */
export function readCsv(text: string): string[][] {
  return readCells(
    text
      .replace(/^\uFEFF/, "")
      .replace(/\r\n?/g, "\n")
      .replace(/\n$/, ""),
    ",",
  ).map((row) => row.map((cell) => (/^'+[=+\-@\t]/.test(cell) ? cell.slice(1) : cell)));
}

/** A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
export const writeCsv = (rows: Rows): string =>
  rows.map((row) => row.map((cell) => csvCell(/^'*[=+\-@\t]/.test(cell) ? `'${cell}` : cell)).join(",")).join("\n");

const csvCell = (cell: string): string => (/[",\n]/.test(cell) ? quoted(cell) : cell);
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

function readCells(text: string, between: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let inside = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (inside && letter === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"' && (inside || cell === "")) inside = !inside;
    else if (letter === between && !inside) {
      rows.at(-1)?.push(cell);
      cell = "";
    } else if (letter === "\n" && !inside) {
      rows.at(-1)?.push(cell);
      rows.push([]);
      cell = "";
    } else cell += letter;
  }
  rows.at(-1)?.push(cell);
  return rows;
}

/** Cells moved to where their columns went, by name; a column that is new is empty. */
export function rearranged(rows: Rows, before: readonly string[], now: readonly string[]): Rows {
  if (before.length === now.length) return rows;
  const from = now.map((name) => before.indexOf(name));
  return rows.map((row) => from.map((at) => (at < 0 ? "" : (row[at] ?? ""))));
}
