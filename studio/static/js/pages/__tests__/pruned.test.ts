import { expect, test } from "vitest";
import { entries, pruned } from "../pruned";

const order = { name: "#6021", lines: [{ sku: "A-1" }, { sku: "B-2", gift: true }], customer: { mail: null } };

test("what holds the text is left, with the way there and the numbers of a list", () => {
  expect(pruned(order, "b-2")).toEqual({ lines: { "1": { sku: "B-2" } } });
  expect(pruned(order, "CUSTOMER")).toEqual({ customer: { mail: null } });
  expect(pruned(order, "true")).toEqual({ lines: { "1": { gift: true } } });
  expect(pruned(order, "nowhere")).toBeUndefined();
});

test("an entry's number in a list is no name", () => {
  expect(pruned(["a", "b"], "1")).toBeUndefined();
});

test("entries are counted no further than asked", () => {
  expect(entries(order, 100)).toBe(9);
  expect(
    entries(
      Array.from({ length: 1000 }, () => 1),
      12,
    ),
  ).toBe(12);
});
