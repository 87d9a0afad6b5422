// CEL → condition rows: groups of && and || over simple comparisons and over lists; null for anything richer, which
// stays an expression.
import {
  areValues,
  type Condition,
  type Line,
  type ListRow,
  MOST_DEPTH,
  mayIgnore,
  type Operator,
  type Row,
  TEXT,
} from "./condition-rows";

/** Null where rows cannot say it. An empty text is no rows yet. */
export function toRows(source: string): Condition | null {
  if (source.trim() === "") return { all: true, lines: [] };
  return group(source, 0, false);
}

/** `inList`: a list within a list has no rows. */
function group(source: string, depth: number, inList: boolean): Condition | null {
  if (depth > MOST_DEPTH) return null;
  const any = cut(source, "||");
  if (!any) return null;
  if (any.length > 1) return gathered(false, any, (piece) => chain(piece, depth, inList));
  const all = cut(source, "&&");
  return all && gathered(true, withLists(all), (piece) => one(piece, depth, inList));
}

/** && binds closer than ||: a chain of it between two || is a group, without brackets of its own. */
function chain(source: string, depth: number, inList: boolean): Line | null {
  const pieces = cut(source, "&&");
  return pieces && pieces.length > 1 ? group(source, depth + 1, inList) : one(source, depth, inList);
}

function gathered(all: boolean, pieces: readonly string[], read: (piece: string) => Line | null): Condition | null {
  const lines: Line[] = [];
  for (const piece of pieces) {
    const line = read(piece);
    if (!line) return null;
    lines.push(line);
  }
  return { all, lines };
}

function one(piece: string, depth: number, inList: boolean): Line | null {
  const text = piece.trim();
  const list = inList ? null : (every(text, depth) ?? some(text, depth));
  return list ?? between(text) ?? bracketed(text, depth, inList) ?? row(text);
}

function bracketed(text: string, depth: number, inList: boolean): Condition | null {
  return text.startsWith("(") && text.endsWith(")") ? group(text.slice(1, -1), depth + 1, inList) : null;
}

const LIST = String.raw`\[(?:${TEXT}|[^\]"'])*\]`;
const OPERAND = String.raw`(?:${TEXT}|-?\d+(?:\.\d+)?|${LIST}|[A-Za-z_][\w.]*(?:\[[^\]]*\])*(?:\.\w+(?:\(\))?)*)`;
const PATH = String.raw`[A-Za-z_][\w.]*(?:\[[^\]]*\])?(?:\.\w+)*?`;
const COMPARED = new RegExp(`^(${OPERAND})\\s*(==|!=|>=|<=|>|<|\\bin\\b)\\s*(${OPERAND})$`);
const CALLED = new RegExp(`^(${PATH})\\.(contains|startsWith|endsWith|matches)\\((${OPERAND})\\)$`);
/** A comparison of what lower() makes of a value. */
const LOWERED = new RegExp(
  `^lower\\((${PATH})\\)(?:\\s*(==|!=)\\s*(${TEXT})|\\.(contains|startsWith|endsWith)\\((${TEXT})\\))$`,
);
const SIZED = new RegExp(`^size\\((${PATH})\\)\\s*(==|!=)\\s*0$`);
const DATE = `timestamp\\((${PATH})\\)`;
const MOMENT = String.raw`timestamp\(run\.started_at\)`;
const SPAN = String.raw`duration\("([1-9]\d{0,8}[hm])"\)`;
const DATED = new RegExp(`^${DATE}\\s*([<>])\\s*timestamp\\((${TEXT}|${PATH})\\)$`);
const AGO = new RegExp(`^${DATE}\\s*<\\s*${MOMENT}\\s*-\\s*${SPAN}$`);
const LAST = new RegExp(`^\\(${DATE}\\s*>=\\s*${MOMENT}\\s*-\\s*${SPAN}\\s*&&\\s*${DATE}\\s*<=\\s*${MOMENT}\\)$`);
const NEXT = new RegExp(`^\\(${DATE}\\s*>=\\s*${MOMENT}\\s*&&\\s*${DATE}\\s*<=\\s*${MOMENT}\\s*\\+\\s*${SPAN}\\)$`);
const WEEKDAY = new RegExp(
  `^${DATE}\\.getDayOfWeek\\(workspace\\.time_zone\\)\\s+in\\s+\\[1\\s*,\\s*2\\s*,\\s*3\\s*,\\s*4\\s*,\\s*5\\]$`,
);
const HAS = new RegExp(`^has\\((${PATH})\\)$`);
const SOME = new RegExp(`^(!?)(${PATH})\\.exists\\(\\s*([A-Za-z_]\\w*)\\s*,([^]*)\\)$`);
const FILLED = new RegExp(`^size\\((${PATH})\\)\\s*(?:!=|>)\\s*0$`);
const EVERY = new RegExp(`^(${PATH})\\.all\\(\\s*([A-Za-z_]\\w*)\\s*,([^]*)\\)$`);

function some(text: string, depth: number): ListRow | null {
  const [, not, list = "", name = "", inner = ""] = SOME.exec(text) ?? [];
  const where = list && group(inner, depth + 1, true);
  return where ? { list, holds: not ? "none" : "any", name, where } : null;
}

/** “All” of a list that has entries: without entries, all() alone would hold. */
function every(text: string, depth: number): ListRow | null {
  if (!text.startsWith("(") || !text.endsWith(")")) return null;
  const [first = "", second = "", ...more] = cut(text.slice(1, -1), "&&") ?? [];
  if (more.length || !guards(first, second)) return null;
  const [, list = "", name = "", inner = ""] = EVERY.exec(second.trim()) ?? [];
  const where = group(inner, depth + 1, true);
  return where ? { list, holds: "all", name, where } : null;
}

const guards = (first: string, second: string): boolean => {
  const filled = FILLED.exec(first.trim());
  return filled !== null && filled[1] === EVERY.exec(second.trim())?.[1];
};

/** A time that begins or ends with the run. */
function between(text: string): Row | null {
  const [, one, last = "", other] = LAST.exec(text) ?? [];
  if (one && one === other) return { left: one, operator: "last", right: last };
  const [, first, second, next = ""] = NEXT.exec(text) ?? [];
  return first && first === second ? { left: first, operator: "next", right: next } : null;
}

/** The two halves of “all”, and of a time, stand in a longer chain without brackets too. */
function withLists(pieces: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < pieces.length; at += 1) {
    const [first = "", second = ""] = pieces.slice(at, at + 2);
    const both = `(${first.trim()} && ${second.trim()})`;
    if (guards(first, second) || between(both)) {
      found.push(both);
      at += 1;
    } else found.push(first);
  }
  return found;
}

function row(text: string): Row | null {
  return text.startsWith("!") ? opposite(text.slice(1).trim()) : (lowered(text) ?? dated(text) ?? plain(text));
}

function dated(text: string): Row | null {
  const [, day] = WEEKDAY.exec(text) ?? [];
  if (day) return { left: day, operator: "weekday", right: "" };
  const [, since, span = ""] = AGO.exec(text) ?? [];
  if (since) return { left: since, operator: "ago", right: span };
  const [, left, sign, right = ""] = DATED.exec(text) ?? [];
  return left ? { left, operator: sign === "<" ? "before" : "after", right } : null;
}

function plain(text: string): Row | null {
  const has = HAS.exec(text);
  if (has?.[1]) return { left: has[1], operator: "has", right: "" };
  const sized = SIZED.exec(text);
  if (sized) return { left: sized[1] ?? "", operator: sized[2] === "==" ? "empty" : "!empty", right: "" };
  const [, left = "", operator, right = ""] = CALLED.exec(text) ?? COMPARED.exec(text) ?? [];
  if (!operator) return null;
  if (operator !== "in") return { left, operator: operator as Operator, right };
  const values = right.startsWith("[") ? right.slice(1, -1).trim() : "";
  return { left, operator, right: areValues(values) ? values : right };
}

/** Without regard to capitals; a text with capitals in it would never be what lower() gives. */
function lowered(text: string): Row | null {
  const [, left = "", sign, compared, method, argument] = LOWERED.exec(text) ?? [];
  if (!left) return null;
  const found = { left, operator: (sign ?? method) as Operator, right: compared ?? argument ?? "" };
  return mayIgnore(found) && found.right === found.right.toLowerCase() ? { ...found, caseless: true } : null;
}

const OPPOSITE: { readonly [operator in Operator]?: Operator } = {
  contains: "!contains",
  startsWith: "!startsWith",
  endsWith: "!endsWith",
  matches: "!matches",
  weekday: "!weekday",
  in: "!in",
  has: "!has",
};

/** What stands behind a “!”, which binds closer than “in” does. */
function opposite(text: string): Row | null {
  const inner = text.startsWith("(") && text.endsWith(")") ? text.slice(1, -1).trim() : text;
  const found = inner.startsWith("!") ? null : row(inner);
  const operator = found && OPPOSITE[found.operator];
  if (!found || !operator || (["!in", "!weekday"].includes(operator) && inner === text)) return null;
  return { ...found, operator };
}

/** Cuts at the top-level joints, outside of strings and brackets; null where it is no whole expression. */
function cut(source: string, joint: "&&" | "||"): string[] | null {
  const pieces: string[] = [];
  let [depth, begin, quote] = [0, 0, ""];
  for (let at = 0; at < source.length; at += 1) {
    const c = source[at] as string;
    if (quote) {
      if (c === "\\") at += 1;
      else if (c === quote) quote = "";
    } else if (c === '"' || c === "'") quote = c;
    else if ("([{".includes(c)) depth += 1;
    else if (")]}".includes(c)) depth -= 1;
    else if (c === "?") return null;
    else if (depth === 0 && source.startsWith(joint, at)) {
      pieces.push(source.slice(begin, at));
      at += 1;
      begin = at + 1;
    }
    if (depth < 0) return null;
  }
  pieces.push(source.slice(begin));
  return depth !== 0 || quote ? null : pieces;
}
