import { expect, test } from "vitest";
import { concerns, underlined } from "../underlined";

test.each<[readonly [number, number] | null, number, { from: number; to: number } | null]>([
  [[3, 8], 20, { from: 3, to: 8 }],
  [null, 20, { from: 0, to: 20 }],
  [null, 0, null],
  [[3, 80], 20, { from: 3, to: 20 }],
  [[30, 80], 20, null],
  [[-9, -2], 20, null],
  [[-2, 4], 20, { from: 0, to: 4 }],
])("%j of %i characters", (span, length, range) => {
  expect(underlined(span, length)).toEqual(range);
});

test.each<[readonly [number, number] | null, number, boolean]>([
  [null, 5, true],
  [[2, 3], 5, true],
  [[5, 5], 5, true],
  [[0, 0], 0, true],
  [[8, 12], 5, false],
  [[-6, -3], 5, false],
])("a problem at %j concerns a part of %i characters: %s", (span, length, does) => {
  expect(concerns(span, length)).toBe(does);
});
