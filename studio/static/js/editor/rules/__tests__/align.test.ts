import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aligned, type Side } from "../align";

const box = fc.record({
  x: fc.integer({ min: -500, max: 500 }),
  y: fc.integer({ min: -500, max: 500 }),
  width: fc.integer({ min: 1, max: 200 }).map((n) => 2 * n),
  height: fc.integer({ min: 1, max: 200 }).map((n) => 2 * n),
});
const boxes = fc
  .array(box, { minLength: 3, maxLength: 8 })
  .map((all) => new Map(all.map((one, at) => [`b${at}`, one])));

const after = (all: ReadonlyMap<string, { x: number; y: number; width: number; height: number }>, side: Side) => {
  const moved = aligned(all, side);
  return [...all].map(([id, one]) => ({
    ...one,
    x: one.x + (moved.get(id)?.x ?? 0),
    y: one.y + (moved.get(id)?.y ?? 0),
  }));
};

test("aligned boxes share their side, and move along one axis alone", () => {
  fc.assert(
    fc.property(boxes, (all) => {
      expect(new Set(after(all, "left").map((one) => one.x)).size).toBe(1);
      expect(new Set(after(all, "right").map((one) => one.x + one.width)).size).toBe(1);
      expect(new Set(after(all, "bottom").map((one) => one.y + one.height)).size).toBe(1);
      const middles = after(all, "middle").map((one) => one.y + one.height / 2);
      expect(Math.max(...middles) - Math.min(...middles)).toBeLessThanOrEqual(1); // whole pixels
      expect(after(all, "top").map((one) => one.x)).toEqual([...all.values()].map((one) => one.x));
    }),
  );
});

test("gaps are equal, the outermost stay, and doing it again changes nothing", () => {
  fc.assert(
    fc.property(boxes, (all) => {
      const spread = after(all, "across").sort((a, b) => a.x + a.width / 2 - (b.x + b.width / 2));
      const order = [...all.values()].sort((a, b) => a.x + a.width / 2 - (b.x + b.width / 2));
      expect(spread.some((one) => one.x === order[0]?.x)).toBe(true);
      const sum = (list: typeof spread) => list.reduce((total, one) => total + one.width, 0);
      const gap =
        ((order.at(-1)?.x ?? 0) + (order.at(-1)?.width ?? 0) - (order[0]?.x ?? 0) - sum(order)) / (order.length - 1);
      if (gap < 0) return; // they overlap: there is no order of gaps to look at
      spread.slice(1).forEach((one, at) => {
        const before = spread[at] as (typeof spread)[number];
        expect(Math.abs(one.x - before.x - before.width - gap)).toBeLessThanOrEqual(1);
      });
    }),
  );
});
