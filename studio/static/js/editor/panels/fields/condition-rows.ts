// Condition rows ⇄ CEL. Only plain chains of && or || over simple comparisons are rows; null for anything richer.
export const OPERATORS = ["==", "!=", ">", ">=", "<", "<=", "contains", "startsWith", "in", "has"] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Row {
  readonly left: string;
  readonly operator: Operator;
  readonly right: string;
}

export interface Condition {
  /** All of them, or any. */
  readonly all: boolean;
  readonly rows: readonly Row[];
}

export function fromRows({ all, rows }: Condition): string {
  return rows
    .map(text)
    .filter(Boolean)
    .join(all ? " && " : " || ");
}

function text({ left, operator, right }: Row): string {
  const [a, b] = [left.trim(), right.trim()];
  if (a === "") return "";
  if (operator === "has") return `has(${a})`;
  if (b === "") return "";
  if (operator === "contains" || operator === "startsWith") return `${a}.${operator}(${b})`;
  return `${a} ${operator} ${b}`;
}

export interface RowPlaces {
  readonly left: number;
  readonly right: number;
}

/** Where each row's two values begin in the text that fromRows() makes; null for a row that says nothing yet. */
export function placesIn(condition: Condition): readonly (RowPlaces | null)[] {
  let at = 0;
  return condition.rows.map((row) => {
    const made = text(row);
    if (made === "") return null;
    const begin = at;
    at += made.length + 4; // " && "
    const [a, b] = [row.left.trim(), row.right.trim()];
    return { left: begin + (row.operator === "has" ? 4 : 0), right: begin + made.lastIndexOf(b === "" ? a : b) };
  });
}

/** Null where rows cannot say it. An empty text is no rows yet. */
export function toRows(source: string): Condition | null {
  if (source.trim() === "") return { all: true, rows: [] };
  const parts = split(source);
  if (!parts) return null;
  const rows = parts.pieces.map(row);
  return rows.every((one) => one !== null) ? { all: parts.all, rows: rows as Row[] } : null;
}

/** Cuts at the top-level && or ||, outside of strings and brackets; null when both occur. */
function split(source: string): { all: boolean; pieces: string[] } | null {
  const pieces: string[] = [];
  let [depth, begin, quote] = [0, 0, ""];
  const joints = new Set<string>();
  for (let at = 0; at < source.length; at += 1) {
    const c = source[at] as string;
    if (quote) {
      if (c === "\\") at += 1;
      else if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if ("([{".includes(c)) depth += 1;
    else if (")]}".includes(c)) depth -= 1;
    else if (c === "?") return null;
    else if (depth === 0 && (source.startsWith("&&", at) || source.startsWith("||", at))) {
      joints.add(source.slice(at, at + 2));
      pieces.push(source.slice(begin, at));
      at += 1;
      begin = at + 1;
    }
  }
  pieces.push(source.slice(begin));
  return joints.size > 1 || depth !== 0 || quote ? null : { all: !joints.has("||"), pieces };
}

const OPERAND = String.raw`(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?:\.\d+)?|\[[^\]]*\]|[A-Za-z_][\w.]*(?:\[[^\]]*\])*(?:\.\w+(?:\(\))?)*)`;
const PATH = String.raw`[A-Za-z_][\w.]*(?:\[[^\]]*\])?(?:\.\w+)*?`;
const COMPARED = new RegExp(`^(${OPERAND})\\s*(==|!=|>=|<=|>|<|\\bin\\b)\\s*(${OPERAND})$`);
const CALLED = new RegExp(`^(${PATH})\\.(contains|startsWith)\\((${OPERAND})\\)$`);
const HAS = new RegExp(`^has\\((${PATH})\\)$`);

function row(piece: string): Row | null {
  const text = piece.trim();
  const has = HAS.exec(text);
  if (has?.[1]) return { left: has[1], operator: "has", right: "" };
  const called = CALLED.exec(text);
  if (called) return { left: called[1] ?? "", operator: called[2] as Operator, right: called[3] ?? "" };
  const compared = COMPARED.exec(text);
  if (compared) return { left: compared[1] ?? "", operator: compared[2] as Operator, right: compared[3] ?? "" };
  return null;
}
