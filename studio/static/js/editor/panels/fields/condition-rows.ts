// Condition rows → CEL: the rows as a form holds them, the text they make, and where each value stands in it.
// condition-read.ts is the way back.
export const OPERATORS = [
  "==",
  "!=",
  ">",
  ">=",
  "<",
  "<=",
  "contains",
  "!contains",
  "startsWith",
  "!startsWith",
  "endsWith",
  "!endsWith",
  "matches",
  "!matches",
  "in",
  "!in",
  "has",
  "!has",
  "empty",
  "!empty",
  "before",
  "after",
  "last",
  "ago",
  "next",
  "weekday",
  "!weekday",
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Row {
  readonly left: string;
  readonly operator: Operator;
  /** An expression too; of “is one of” either that of a list, or values with commas between; of a span of time "36h". */
  readonly right: string;
  /** Small and capital letters count as the same, where the row compares with a text. */
  readonly caseless?: true;
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
  const [before, between, after] = around(row);
  const [a, b] = [row.left.trim(), asksAlone(row.operator) ? "" : row.right.trim()];
  if (a === "" || (b === "" && !asksAlone(row.operator)) || (asksSpan(row.operator) && !isSpan(b))) return "";
  found.set(row, { left: at + before.length, right: at + before.length + a.length + between.length });
  return before + a + between + (ignores(row) ? b.toLowerCase() : b) + after;
}

/** What stands before, between and behind the two values. */
function around(row: Row): readonly [string, string, string] {
  const { operator } = row;
  const not = operator.startsWith("!") && operator !== "!=";
  const plain = not ? operator.slice(1) : operator;
  if (plain === "has") return [not ? "!has(" : "has(", ")", ""];
  if (plain === "empty") return ["size(", not ? ") != 0" : ") == 0", ""];
  if (plain === "weekday") return [not ? "!(timestamp(" : "timestamp(", `${WEEKDAY}${not ? ")" : ""}`, ""];
  if (asksDate(operator)) return ["timestamp(", `) ${operator === "before" ? "<" : ">"} timestamp(`, ")"];
  if (asksSpan(operator)) return spanned(operator, `timestamp(${row.left.trim()})`);
  const open = (not ? "!(" : "") + (ignores(row) ? "lower(" : "");
  const close = not ? ")" : "";
  const of = ignores(row) ? ")" : "";
  if (isMethod(plain)) return [open, `${of}.${plain}(`, `)${close}`];
  if (plain === "in" && areValues(row.right.trim())) return [open, " in [", `]${close}`];
  return [open, `${of} ${plain} `, close];
}

/** The one “now” that stays the same however often a run is gone through. */
export const NOW = "timestamp(run.started_at)";
const WEEKDAY = ").getDayOfWeek(workspace.time_zone) in [1, 2, 3, 4, 5]";

/** Both ends are asked for: a date to come is not in the last week. */
function spanned(operator: Operator, date: string): readonly [string, string, string] {
  if (operator === "ago") return ["timestamp(", `) < ${NOW} - duration("`, '")'];
  if (operator === "last") return ["(timestamp(", `) >= ${NOW} - duration("`, `") && ${date} <= ${NOW})`];
  return ["(timestamp(", `) >= ${NOW} && ${date} <= ${NOW} + duration("`, '"))'];
}

const METHODS: readonly string[] = ["contains", "startsWith", "endsWith", "matches"];
const isMethod = (plain: string): boolean => METHODS.includes(plain);
const ALONE: readonly Operator[] = ["has", "!has", "empty", "!empty", "weekday", "!weekday"];
/** Whether a comparison is with a moment. */
export const asksDate = (operator: Operator): boolean => operator === "before" || operator === "after";
/** Whether a comparison is with a length of time before or behind the run's beginning. */
export const asksSpan = (operator: Operator): boolean => ["last", "ago", "next"].includes(operator);
export const isSpan = (text: string): boolean => /^[1-9]\d{0,8}[hm]$/.test(text);
/** Whether a comparison is about dates. */
export const isDated = (operator: Operator): boolean =>
  asksDate(operator) || asksSpan(operator) || operator.endsWith("weekday");
export const asksPattern = (operator: Operator): boolean => operator.endsWith("matches");
/** Whether a comparison is about one value, and compares it with nothing. */
export const asksAlone = (operator: Operator): boolean => ALONE.includes(operator);

export const TEXT = String.raw`"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'`;
const VALUE = String.raw`(?:${TEXT}|-?\d+(?:\.\d+)?|true|false)`;
const VALUES = new RegExp(`^${VALUE}(?:\\s*,\\s*${VALUE})*$`);
const WORD = String.raw`(?:${VALUE}|[A-Za-z_][\w.]*)`;
const SEVERAL = new RegExp(`^${WORD}(?:\\s*,\\s*${WORD})+$`);
/** What a list has between its brackets: values with commas between. One word alone may be the name of a list. */
export const areValues = (text: string): boolean => VALUES.test(text) || SEVERAL.test(text);
/** A text in which small letters may stand for capital ones: its escapes stay what they are. */
const FOLDS = /^(?:"(?:[^"\\\n]|\\[abfnrtv"'`?\\])*"|'(?:[^'\\\n]|\\[abfnrtv"'`?\\])*')$/;

/** Whether small and capital letters can count as the same here. */
export const mayIgnore = ({ operator, right }: Pick<Row, "operator" | "right">): boolean =>
  (["==", "!="].includes(operator) || (isMethod(operator.replace("!", "")) && !asksPattern(operator))) &&
  FOLDS.test(right.trim());

const ignores = (row: Row): boolean => row.caseless === true && mayIgnore(row);
