import { expect, test } from "vitest";
import { rest } from "../tail";

const MINUTE = 60_000;

test("whoever moves hears within a second, whoever does not within five", () => {
  expect([0, MINUTE, MINUTE + 1, 60 * MINUTE].map((idle) => rest(0, idle))).toEqual([1, 1, 5, 5]);
});

test("each failure doubles the rest, up to a minute, and the first success ends that", () => {
  expect([1, 2, 3, 5, 6, 40].map((failures) => rest(failures, 0))).toEqual([2, 4, 8, 32, 60, 60]);
  expect([1, 3, 4].map((failures) => rest(failures, MINUTE + 1))).toEqual([10, 40, 60]);
  expect(rest(0, 0)).toBe(1);
});
