import * as fc from "fast-check";
import { expect, test } from "vitest";
import { changed, lifted, part, prioritized, whole } from "../limits";

test("a limit is set, changed and lifted, and the other settings stay", () => {
  const before = { title: "Order", max_steps: 10 };
  const set = changed(before, "one_at_a_time", { conflict: "skip" });
  expect(set).toEqual({ ...before, one_at_a_time: { conflict: "skip" } });
  const keyed = changed(set, "one_at_a_time", { key: "trigger.order.id" });
  expect(part(keyed, "one_at_a_time")).toEqual({ conflict: "skip", key: "trigger.order.id" });
  expect(changed(keyed, "one_at_a_time", { key: "" })).toEqual(set);
  expect(lifted(keyed, "one_at_a_time")).toEqual(before);
});

test("a document without settings takes a limit", () => {
  expect(changed(undefined, "at_once", { limit: 5 })).toEqual({ at_once: { limit: 5 } });
  expect(lifted(undefined, "rate")).toEqual({});
  expect(part(undefined, "rate")).toBeUndefined();
  expect(part({ rate: null }, "rate")).toBeUndefined();
});

test("the usual priority is not written", () => {
  expect(prioritized({ title: "x" }, "high")).toEqual({ title: "x", priority: "high" });
  expect(prioritized({ title: "x", priority: "high" }, "normal")).toEqual({ title: "x" });
});

test.each([
  ["", undefined],
  ["  ", undefined],
  ["abc", undefined],
  ["0", 1],
  ["-3", 1],
  ["2.5", 3],
  ["99999", 100],
])("%j becomes %j", (text, expected) => {
  expect(whole(text, 100)).toBe(expected);
});

test("whatever is typed, the number is one that the server takes", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.double().map(String)), (text) => {
      const number = whole(text, 10_000);
      expect(number === undefined || (Number.isInteger(number) && number >= 1 && number <= 10_000)).toBe(true);
    }),
  );
});
