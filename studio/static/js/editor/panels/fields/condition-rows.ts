// Condition rows → CEL: the rows as a form holds them, the text they make, and where each value stands in it.
// condition-read.ts is the way back.
export const OPERATORS = ["==", "!=", ">", ">=", "<", "<=", "contains", "startsWith", "in", "has"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Row {
  readonly left: string;
  readonly operator: Operator;
  readonly right: string;
}

export const HOLDS = ["any", "all", "none"] as const;

/** What holds for the entries of a list. “All” wants at least one entry. */
export interface ListRow {
  readonly list: string;
  readonly holds: (typeof HOLDS)[number];
  /** The name that `where` has for one entry. */
  readonly name: string;
  readonly where: Condition;
}

export type Line = Row | ListRow | Condition;

export interface Condition {
  /** All of them, or any. */
  readonly all: boolean;
  readonly lines: readonly Line[];
}

export const ENTRY = "entry";
/** Groups within groups beyond which an expression stays an expression. */
export const MOST_DEPTH = 4;

export const isGroup = (line: Line): line is Condition => "lines" in line;
export const isList = (line: Line): line is ListRow => "list" in line;

/** Where values begin in the text: of a row its two, of a row on a list (`left`) the list. */
export interface Places {
  readonly left: number;
  readonly right: number;
}

type Found = Map<Line, Places>;

export const fromRows = (condition: Condition): string => ofGroup(condition, 0, new Map());

/** Where each row's values begin in the text that fromRows() makes; nothing for a row that says nothing yet. */
export function placesIn(condition: Condition): ReadonlyMap<Line, Places> {
  const found: Found = new Map();
  ofGroup(condition, 0, found);
  return found;
}

function ofGroup({ all, lines }: Condition, at: number, found: Found): string {
  const joint = all ? " && " : " || ";
  let text = "";
  for (const line of lines) {
    const before = text === "" ? "" : text + joint;
    const made = ofLine(line, at + before.length, found);
    if (made !== "") text = before + made;
  }
  return text;
}

function ofLine(line: Line, at: number, found: Found): string {
  if (isList(line)) return ofList(line, at, found);
  if (!isGroup(line)) return ofRow(line, at, found);
  const inner = ofGroup(line, at + 1, found);
  return inner && `(${inner})`;
}

function ofList(line: ListRow, at: number, found: Found): string {
  const list = line.list.trim();
  if (list === "") return "";
  const [before, begin, macro, end] =
    line.holds === "all"
      ? ["(size(", `(size(${list}) != 0 && ${list}`, "all", "))"]
      : line.holds === "none"
        ? ["!", `!${list}`, "exists", ")"]
        : ["", list, "exists", ")"];
  const head = `${begin}.${macro}(${line.name}, `;
  const inner = ofGroup(line.where, at + head.length, found);
  if (inner === "") return "";
  found.set(line, { left: at + before.length, right: at + head.length });
  return head + inner + end;
}

function ofRow(row: Row, at: number, found: Found): string {
  const [a, b] = [row.left.trim(), row.right.trim()];
  if (a === "" || (b === "" && row.operator !== "has")) return "";
  if (row.operator === "has") {
    found.set(row, { left: at + 4, right: at + 4 });
    return `has(${a})`;
  }
  const called = row.operator === "contains" || row.operator === "startsWith";
  const head = called ? `${a}.${row.operator}(` : `${a} ${row.operator} `;
  found.set(row, { left: at, right: at + head.length });
  return called ? `${head}${b})` : head + b;
}
