import { Position } from "@xyflow/react";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { StepEdge } from "../adapter";
import { areaFor, meets, seen, type View } from "../area";
import { type Ends, lineAt, lineClass, type Shape, shapeOf, sheetsOf } from "../lines";

const card = (x: number, y: number, z = 0): Ends => ({
  ...(z && { parentId: "loop" }),
  internals: {
    positionAbsolute: { x, y },
    z,
    handleBounds: {
      source: [
        { id: "next", position: Position.Bottom, x: 115, y: 50, width: 10, height: 10 },
        { id: "error", position: Position.Right, x: 235, y: 23, width: 10, height: 10 },
      ],
      target: [{ id: "in", position: Position.Top, x: 115, y: -5, width: 10, height: 10 }],
    },
  },
});
const edge = (id: string, port = "next", data: object = {}): StepEdge => ({
  id,
  source: "a",
  sourceHandle: port,
  target: "b",
  targetHandle: "in",
  data: { edge: { from: "a", port, to: "b" }, taken: false, passedBy: false, ungated: false, folded: false, ...data },
});
const shaped = (one: StepEdge, from: Ends, to: Ends): Shape => {
  const shape = shapeOf(one, from, to);
  if (!shape) throw new Error("no shape");
  return shape;
};

test("a line runs from the foot of its port to the head of the next card", () => {
  const { curve, z } = shaped(edge("e"), card(0, 0), card(300, 200));
  expect([curve[0], curve[3], z]).toEqual([{ x: 120, y: 60 }, { x: 420, y: 195 }, 0]);
  expect(shaped(edge("e", "error"), card(0, 0), card(0, 200)).curve[0]).toEqual({ x: 245, y: 28 });
  expect(shapeOf(edge("e", "gone"), card(0, 0), card(0, 200))).toBeNull();
});

test("the pointer finds the nearest line within its reach", () => {
  const shapes = new Map([
    ["left", shaped(edge("left"), card(0, 0), card(0, 200))],
    ["right", shaped(edge("right"), card(20, 0), card(20, 200))],
  ]);
  expect(lineAt(shapes, { x: 124, y: 120 }, 12)).toBe("left");
  expect(lineAt(shapes, { x: 137, y: 120 }, 12)).toBe("right");
  expect(lineAt(shapes, { x: 153, y: 120 }, 12)).toBeNull();
});

test("every point of a line is on it, and none of a place as far away as the reach", () => {
  const place = fc.integer({ min: -2_000, max: 2_000 });
  fc.assert(
    fc.property(place, place, place, place, fc.double({ min: 0, max: 1, noNaN: true }), (x, y, toX, toY, t) => {
      const shape = shaped(edge("e"), card(x, y), card(toX, toY));
      const on = (axis: "x" | "y"): number => {
        const [a, b, c, d] = shape.curve.map((point) => point[axis]) as [number, number, number, number];
        return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d;
      };
      const shapes = new Map([["e", shape]]);
      expect(lineAt(shapes, { x: on("x"), y: on("y") }, 12)).toBe("e");
      expect(lineAt(shapes, { x: Math.max(...shape.curve.map((one) => one.x)) + 13, y: on("y") }, 12)).toBeNull();
    }),
  );
});

test("lines that look alike and lie in one height are one path; all others are paths of their own", () => {
  const edges = [edge("a"), edge("b"), edge("c", "error"), edge("d", "next", { taken: true }), edge("gone", "gone")];
  const shapes = new Map(
    edges.flatMap((one) => {
      const shape = shapeOf(one, card(0, 0, one.id === "b" ? 1 : 0), card(0, 200));
      return shape ? [[one.id, shape] as const] : [];
    }),
  );
  const sheets = sheetsOf([...edges, { ...edge("a2"), id: "a" }], shapes);
  expect(sheets.map(({ z, paths }) => [z, [...paths.keys()]])).toEqual([
    [0, ["line", "line error-line", "line taken"]],
    [1, ["line"]],
  ]);
  expect(sheets[0]?.paths.get("line")?.match(/M/g)).toHaveLength(2);
  expect(lineClass({ ...edge("s"), selected: true })).toBe("line selected");
});

test("the area that is drawn in full always holds what is seen, and stays while the view moves a little", () => {
  const size = { width: 800, height: 600 };
  const view = fc.tuple(
    fc.integer({ min: -5_000, max: 5_000 }),
    fc.integer({ min: -5_000, max: 5_000 }),
    fc.double({ min: 0.5, max: 1.75, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(view, { minLength: 1, maxLength: 8 }), (views: View[]) => {
      let area = null;
      for (const one of views) {
        area = areaFor(one, size, area);
        const now = seen(one, size);
        expect(meets(area, now)).toBe(true);
        expect(area.x).toBeLessThanOrEqual(now.x);
        expect(area.y + area.height).toBeGreaterThanOrEqual(now.y + now.height);
        expect(area.width).toBeLessThanOrEqual(1.6 * seen(one, size, 200).width + 1e-6);
      }
    }),
  );
  const first = areaFor([0, 0, 1], size, null);
  expect(areaFor([-180, 100, 1], size, first)).toBe(first);
  expect(areaFor([-280, 0, 1], size, first)).not.toBe(first);
});
