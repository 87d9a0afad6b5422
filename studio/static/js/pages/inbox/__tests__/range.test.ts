import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between, boxOfAll } from "../range";
import { pauseMs } from "../telling";

describe("between", () => {
  it("selects this one alone where none was selected before, or the last one is gone", () => {
    expect(between(null, 3, 5)).toEqual([3]);
    expect(between(-1, 3, 5)).toEqual([3]);
    expect(between(9, 3, 5)).toEqual([3]);
  });

  it("goes up as well as down", () => {
    expect(between(1, 4, 5)).toEqual([1, 2, 3, 4]);
    expect(between(4, 1, 5)).toEqual([1, 2, 3, 4]);
  });

  it("holds both ends and every row in between, once", () => {
    const places = fc
      .integer({ min: 1, max: 60 })
      .chain((count) => fc.tuple(fc.constant(count), fc.nat({ max: count - 1 }), fc.nat({ max: count - 1 })));
    fc.assert(
      fc.property(places, ([count, anchor, to]) => {
        const found = between(anchor, to, count);
        expect(found).toHaveLength(Math.abs(anchor - to) + 1);
        expect(new Set(found).size).toBe(found.length);
        expect(Math.min(...found)).toBe(Math.min(anchor, to));
        expect(Math.max(...found)).toBe(Math.max(anchor, to));
      }),
    );
  });
});

describe("boxOfAll", () => {
  it.each([
    [0, 0, "off"],
    [0, 4, "off"],
    [1, 4, "between"],
    [4, 4, "on"],
  ] as const)("with %i of %i selected is %s", (selected, count, state) => {
    expect(boxOfAll(selected, count)).toBe(state);
  });
});

describe("pauseMs", () => {
  it("doubles with each failure and never goes beyond two minutes", () => {
    expect([0, 1, 2, 3].map(pauseMs)).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(pauseMs(4)).toBe(120_000);
    expect(pauseMs(5_000)).toBe(120_000);
  });
});
