import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toRows } from "../condition-read";
import {
  asksAlone,
  asksDate,
  asksSpan,
  type Condition,
  fromRows,
  HOLDS,
  isGroup,
  isList,
  type Line,
  mayIgnore,
  OPERATORS,
  placesIn,
  type Row,
} from "../condition-rows";

test("what a merchant writes becomes rows", () => {
  expect(toRows('trigger.order.total > 400.0 && trigger.order.currency == "EUR"')).toEqual({
    all: true,
    lines: [
      { left: "trigger.order.total", operator: ">", right: "400.0" },
      { left: "trigger.order.currency", operator: "==", right: '"EUR"' },
    ],
  });
  expect(toRows('trigger.order.tags.contains("a && b")')?.lines).toEqual([
    { left: "trigger.order.tags", operator: "contains", right: '"a && b"' },
  ]);
});

// as studio.expressions.conditions writes them (tests/expressions/test_conditions.py)
test.each<[string, Row]>([
  ['!(a.b.contains("x"))', { left: "a.b", operator: "!contains", right: '"x"' }],
  ['!(a.b.startsWith("x"))', { left: "a.b", operator: "!startsWith", right: '"x"' }],
  ['a.b.endsWith("x")', { left: "a.b", operator: "endsWith", right: '"x"' }],
  ['!(a.b.endsWith("x"))', { left: "a.b", operator: "!endsWith", right: '"x"' }],
  ['a.b in ["x]", "y"]', { left: "a.b", operator: "in", right: '"x]", "y"' }],
  ['!(a.b in ["x", 1])', { left: "a.b", operator: "!in", right: '"x", 1' }],
  ["!(a.b in c.d)", { left: "a.b", operator: "!in", right: "c.d" }],
  ["a.b in [EUR, c.d]", { left: "a.b", operator: "in", right: "EUR, c.d" }],
  ["a.b in [c.d]", { left: "a.b", operator: "in", right: "[c.d]" }],
  ["!has(a.b)", { left: "a.b", operator: "!has", right: "" }],
  ["size(a.b) == 0", { left: "a.b", operator: "empty", right: "" }],
  ["size(a.b) != 0", { left: "a.b", operator: "!empty", right: "" }],
  ['a.b.matches("^x\\\\d")', { left: "a.b", operator: "matches", right: '"^x\\\\d"' }],
  ["!(a.b.matches(c.d))", { left: "a.b", operator: "!matches", right: "c.d" }],
  [
    'timestamp(a.b) < timestamp("2026-12-01T00:00:00Z")',
    { left: "a.b", operator: "before", right: '"2026-12-01T00:00:00Z"' },
  ],
  ["timestamp(a.b) > timestamp(c.d)", { left: "a.b", operator: "after", right: "c.d" }],
  ['timestamp(a.b) < timestamp(run.started_at) - duration("336h")', { left: "a.b", operator: "ago", right: "336h" }],
  [
    '(timestamp(a.b) >= timestamp(run.started_at) - duration("36h") && timestamp(a.b) <= timestamp(run.started_at))',
    { left: "a.b", operator: "last", right: "36h" },
  ],
  [
    '(timestamp(a.b) >= timestamp(run.started_at) && timestamp(a.b) <= timestamp(run.started_at) + duration("90m"))',
    { left: "a.b", operator: "next", right: "90m" },
  ],
  [
    "timestamp(a.b).getDayOfWeek(workspace.time_zone) in [1, 2, 3, 4, 5]",
    { left: "a.b", operator: "weekday", right: "" },
  ],
  [
    "!(timestamp(a.b).getDayOfWeek(workspace.time_zone) in [1, 2, 3, 4, 5])",
    { left: "a.b", operator: "!weekday", right: "" },
  ],
  ['lower(a.b) == "x"', { left: "a.b", operator: "==", right: '"x"', caseless: true }],
  ['lower(a.b) != "x"', { left: "a.b", operator: "!=", right: '"x"', caseless: true }],
  ['!(lower(a.b).contains("x"))', { left: "a.b", operator: "!contains", right: '"x"', caseless: true }],
  ['lower(a.b).endsWith("x\\n")', { left: "a.b", operator: "endsWith", right: '"x\\n"', caseless: true }],
])("%s is a row, there and back", (source, line) => {
  expect(toRows(source)).toEqual({ all: true, lines: [line] });
  expect(fromRows({ all: true, lines: [line] })).toBe(source);
});

test("capitals are ignored where a text is compared with, and nowhere else", () => {
  const made = (line: Partial<Row>): string =>
    fromRows({ all: true, lines: [{ left: "a", operator: "==", right: '"EUR"', caseless: true, ...line }] });
  expect(made({})).toBe('lower(a) == "eur"');
  expect(made({ right: "B.c" })).toBe("a == B.c");
  expect(made({ right: '"\\u00C4"' })).toBe('a == "\\u00C4"');
  expect(made({ operator: "in" })).toBe('a in ["EUR"]');
});

const row = (left: string): Row => ({ left, operator: ">", right: "1" });

test("brackets are groups, and && without them binds closer than ||", () => {
  const [a, b, c] = [row("a"), row("b"), row("c")];
  expect(toRows("a > 1 && (b > 1 || c > 1)")).toEqual({ all: true, lines: [a, { all: false, lines: [b, c] }] });
  expect(toRows("a > 1 && b > 1 || c > 1")).toEqual({ all: false, lines: [{ all: true, lines: [a, b] }, c] });
});

// as studio.expressions.conditions writes them
test.each([
  ["any", 'trigger.lines.exists(entry, entry.sku == "Z")'],
  ["none", '!trigger.lines.exists(entry, entry.sku == "Z")'],
  ["all", '(size(trigger.lines) != 0 && trigger.lines.all(entry, entry.sku == "Z"))'],
] as const)("%s of a list", (holds, source) => {
  const where = { all: true, lines: [{ left: "entry.sku", operator: "==", right: '"Z"' }] };
  const list = { list: "trigger.lines", holds, name: "entry", where };
  expect(toRows(source)).toEqual({ all: true, lines: [list] });
  expect(toRows(`a > 1 && ${source}`)).toEqual({ all: true, lines: [row("a"), list] });
  expect(fromRows({ all: true, lines: [list] } as Condition)).toBe(source);
});

test("all of a list is known without its brackets, and only with its guard", () => {
  const every = toRows("a > 1 && size(l) > 0 && l.all(x, x.n > 1)");
  expect(every?.lines.map((line) => isList(line) && line.holds)).toEqual([false, "all"]);
  expect(toRows("l.all(x, x.n > 1)")).toBeNull();
  expect(toRows("size(l) > 0 && m.all(x, x.n > 1)")).toBeNull();
});

test("a time is known without its brackets, and only of one field", () => {
  const last =
    'timestamp(a.b) >= timestamp(run.started_at) - duration("1h") && timestamp(a.b) <= timestamp(run.started_at)';
  expect(toRows(`a > 1 && ${last}`)?.lines).toEqual([row("a"), { left: "a.b", operator: "last", right: "1h" }]);
  expect(toRows(last.replace("a.b", "a.c"))).toBeNull();
  expect(fromRows({ all: true, lines: [{ left: "a.b", operator: "last", right: "soon" }] })).toBe("");
});

test.each([
  'timestamp(a) < timestamp(run.started_at) + duration("1h")',
  'timestamp(a) < timestamp(run.started_at) - duration("1s")',
  "timestamp(a) == timestamp(b)",
  "timestamp(a).getDayOfWeek() in [1, 2, 3, 4, 5]",
  "!timestamp(a).getDayOfWeek(workspace.time_zone) in [1, 2, 3, 4, 5]",
  'lower(a).matches("x")',
  "a ? b : c",
  "size(a) > 2 && x",
  "a + 1 > 2",
  "(a > 1) + (b > 1)",
  "!a",
  "!(a > 1)",
  "!a in b",
  "!!has(a)",
  "!(has(a) || b > 1)",
  "!(a in b) == (c in d)",
  "size(a) == 1",
  'lower(a) == "ABC"',
  'lower(a) > "abc"',
  "lower(a) == b",
  'lower(a) in ["abc"]',
  "a &&",
  "a > 1)",
  "a.map(x, x.b) == 1",
  "a.exists(x, x.b.exists(y, y.c == 1))",
  "a.exists(x, x.b == 1) == (c == 2)",
  "((((((a > 1))))))",
])("%s stays an expression", (source) => {
  expect(toRows(source)).toBeNull();
});

const path = fc.constantFrom("trigger.order.total", "steps.http.body", "item", "trigger.lines[0].sku");
const text = fc.string().map((one) => JSON.stringify(one));
const operand = fc.oneof(path, fc.nat().map(String), text);
const values = fc
  .array(fc.oneof(fc.nat().map(String), text), { minLength: 1, maxLength: 3 })
  .map((all) => all.join(", "));
const moment = fc.date({ noInvalidDate: true }).map((one) => JSON.stringify(one));
const span = fc.tuple(fc.integer({ min: 1, max: 9_999 }), fc.constantFrom("h", "m")).map((parts) => parts.join(""));
const anyRow = fc
  .record({
    left: path,
    operator: fc.constantFrom(...OPERATORS),
    right: operand,
    many: fc.oneof(values, path),
    date: fc.oneof(path, moment),
    span,
    caseless: fc.boolean(),
  })
  .map(({ many, caseless, date, span, ...one }): Row => {
    if (asksDate(one.operator)) return { ...one, right: date };
    if (asksSpan(one.operator)) return { ...one, right: span };
    if (asksAlone(one.operator)) return { ...one, right: "" };
    if (one.operator === "in" || one.operator === "!in") return { ...one, right: many };
    const small = { ...one, right: one.right.toLowerCase() };
    return caseless && mayIgnore(small) ? { ...small, caseless: true } : one;
  });

/** Groups and lists to a depth; of one line alone it is not written whether all or any must hold. */
function conditions(depth: number, inList: boolean): fc.Arbitrary<Condition> {
  const kinds: fc.Arbitrary<Line>[] = [anyRow];
  if (depth > 0) kinds.push(conditions(depth - 1, inList));
  if (depth > 0 && !inList)
    kinds.push(
      fc.record({
        list: path,
        holds: fc.constantFrom(...HOLDS),
        name: fc.constantFrom("entry", "x"),
        where: conditions(depth - 1, true),
      }),
    );
  return fc
    .record({ all: fc.boolean(), lines: fc.array(fc.oneof(...kinds), { minLength: 1, maxLength: 3 }) })
    .map(({ all, lines }) => ({ all: lines.length === 1 || all, lines }));
}

test("rows survive being written and read", () => {
  fc.assert(
    fc.property(conditions(3, false), (condition) => {
      expect(toRows(fromRows(condition))).toEqual(condition);
    }),
  );
});

test("what is read as rows and written again is read the same", () => {
  const pieces = fc.constantFrom("a.b > 1", "(", ")", " && ", " || ", "!", 'x.l.exists(e, e.s == ")")', "has(a.b)");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 9 }), (some) => {
      const rows = toRows(some.join(""));
      if (rows) expect(toRows(fromRows(rows))).toEqual(rows);
    }),
  );
});

test("each value of a row is found in the text that the rows make", () => {
  fc.assert(
    fc.property(conditions(2, false), (condition) => {
      const source = fromRows(condition);
      const places = placesIn(condition);
      const look = (line: Line): void => {
        if (isGroup(line)) {
          line.lines.forEach(look);
          return;
        }
        const place = places.get(line) ?? { left: -1, right: -1 };
        const at = (begin: number, value: string): void => expect(source.slice(begin).startsWith(value)).toBe(true);
        if (isList(line)) {
          at(place.left, line.list);
          look(line.where);
          return;
        }
        at(place.left, line.left);
        if (!asksAlone(line.operator)) at(place.right, line.right);
      };
      look(condition);
    }),
  );
  expect(placesIn({ all: true, lines: [{ left: "a", operator: "==", right: "" }] }).size).toBe(0);
});
