import { expect, test } from "vitest";
import { underlined } from "../underlined";

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
