import { expect, test } from "vitest";
import type { CanvasNode, StepNode } from "../adapter";
import { cardSheets, isPlain } from "../cards";

const PLAIN = { errors: 0, warnings: 0, tone: null, state: null, passedBy: false, ungated: false, hides: 0 };
const step = (data: object = {}, node: object = {}): StepNode =>
  ({ id: "a", type: "step", position: { x: 0, y: 0 }, data: { ...PLAIN, ...data }, ...node }) as unknown as StepNode;

test("a card that says anything is drawn as itself", () => {
  expect(isPlain(step())).toBe(true);
  const others: CanvasNode[] = [
    step({ errors: 1 }),
    step({ warnings: 1 }),
    step({ tone: "good" }),
    step({ passedBy: true }),
    step({ ungated: true }),
    step({ hides: 3 }),
    step({}, { selected: true }),
    step({}, { type: "loop" }),
    step({}, { type: "note" }),
  ];
  expect(others.filter(isPlain)).toEqual([]);
});

test("all cards of one height are one shape, their squares one for each kind", () => {
  const box = { x: 0, y: 0, width: 240, height: 56 };
  const sheets = cardSheets([
    { kind: "data", box, z: 0 },
    { kind: "data", box: { ...box, x: 300 }, z: 0 },
    { kind: "action", box: { ...box, x: 600 }, z: 0 },
    { kind: "data", box, z: 1 },
  ]);
  expect(sheets.map(({ z, tiles }) => [z, [...tiles.keys()]])).toEqual([
    [0, ["data", "action"]],
    [1, ["data"]],
  ]);
  expect(sheets[0]?.faces.match(/M/g)).toHaveLength(3);
  expect(sheets[0]?.faces.startsWith("M8 0.5h224a")).toBe(true); // half a border inside, between two round corners
});
