import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromRows, OPERATORS, placesIn, toRows } from "../condition-rows";

test("what a merchant writes becomes rows", () => {
  expect(toRows('trigger.order.total > 400.0 && trigger.order.currency == "EUR"')).toEqual({
    all: true,
    rows: [
      { left: "trigger.order.total", operator: ">", right: "400.0" },
      { left: "trigger.order.currency", operator: "==", right: '"EUR"' },
    ],
  });
  expect(toRows('trigger.order.tags.contains("a && b")')?.rows).toEqual([
    { left: "trigger.order.tags", operator: "contains", right: '"a && b"' },
  ]);
});

test.each(["a > 1 && b > 2 || c", "a ? b : c", "size(a) > 2 && x", "(a > 1)", "a + 1 > 2", "!a", "a &&"])(
  "%s stays an expression",
  (source) => {
    expect(toRows(source)).toBeNull();
  },
);

const path = fc.constantFrom("trigger.order.total", "steps.http.body", "item", "trigger.lines[0].sku");
const operand = fc.oneof(
  path,
  fc.nat().map(String),
  fc.string().map((text) => JSON.stringify(text)),
);
const row = fc.record({ left: path, operator: fc.constantFrom(...OPERATORS), right: operand });

test("rows survive being written and read", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(row, { minLength: 1, maxLength: 4 }), (all, rows) => {
      const clean = rows.map((one) => (one.operator === "has" ? { ...one, right: "" } : one));
      expect(toRows(fromRows({ all, rows: clean }))).toEqual({ all: clean.length === 1 ? true : all, rows: clean });
    }),
  );
});

test("each value of a row is found in the text that the rows make", () => {
  const text = 'a.id == a.id && has(a.note) && a.name.contains("id") && b > 4';
  const rows = toRows(text);
  if (!rows) throw new Error("these are rows");
  const cut = (at: number | undefined, length: number): string => text.slice(at, (at ?? 0) + length);
  const found = placesIn(rows).map((place, n) => [
    cut(place?.left, rows.rows[n]?.left.length ?? 0),
    cut(place?.right, rows.rows[n]?.right.length ?? 0),
  ]);
  expect(found).toEqual(rows.rows.map((row) => [row.left, row.right]));
  expect(placesIn({ all: true, rows: [{ left: "a", operator: "==", right: "" }] })).toEqual([null]);
});
