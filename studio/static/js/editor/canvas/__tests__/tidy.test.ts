import * as fc from "fast-check";
import { expect, test } from "vitest";
import { portsFor, someWorkflow } from "../../document/__tests__/some-workflow";
import type { WorkflowDocument } from "../../document/types";
import { CARD } from "../../session/places";
import { boxesOf } from "../boxes";
import { type Looks, tidied } from "../tidy";

const looksOf = (doc: WorkflowDocument): Looks =>
  Object.fromEntries(doc.nodes.map((n) => [n.key, { ports: portsFor(n), width: CARD.width }]));
const isLoop = (type: string): boolean => type === "flow.for_each";

const placed = (doc: WorkflowDocument): WorkflowDocument => {
  const places = tidied(doc, looksOf(doc));
  return { ...doc, nodes: doc.nodes.map((n) => ({ ...n, position: places.get(n.key) ?? { x: 0, y: 0 } })) };
};

test("no card covers another, and every body lies inside its loop's box", () => {
  fc.assert(
    fc.property(someWorkflow, (doc) => {
      const tidy = placed(doc);
      const boxes = boxesOf(tidy, isLoop, () => CARD.width);
      for (const a of tidy.nodes)
        for (const b of tidy.nodes) {
          const [one, other] = [boxes.get(a.key), boxes.get(b.key)];
          if (a.key >= b.key || (a.parent ?? null) !== (b.parent ?? null) || !one || !other) continue;
          const apart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          expect(apart, `${a.key} and ${b.key}`).toBe(true);
        }
      for (const n of tidy.nodes) {
        const [inner, outer] = [boxes.get(n.key), n.parent ? boxes.get(n.parent) : undefined];
        if (inner && outer) expect(inner.y).toBeGreaterThanOrEqual(outer.y + CARD.height);
      }
    }),
    { numRuns: 40 },
  );
});

test("the first port's branch stands left", () => {
  const node = (key: string, type = "action.http") => ({ key, type, version: 1, name: key, config: {} });
  const tidy = placed({
    schema: "studio.workflow/1",
    name: "W",
    nodes: [node("if", "condition.if"), node("no"), node("yes"), node("after")],
    edges: [
      { from: "if", port: "false", to: "no" },
      { from: "if", port: "true", to: "yes" },
      { from: "yes", port: "next", to: "after" },
    ],
  });
  const x = (key: string): number => tidy.nodes.find((n) => n.key === key)?.position?.x ?? 0;
  expect(x("yes")).toBeLessThan(x("no"));
});

test("a group keeps its steps as somebody placed them, and lies apart from the others", () => {
  const node = (key: string, x: number, y: number) => ({
    key,
    type: "action.http",
    version: 1,
    name: key,
    config: {},
    position: { x, y },
  });
  const doc: WorkflowDocument = {
    schema: "studio.workflow/1",
    name: "W",
    nodes: [node("a", 0, 0), node("b", 900, 40), node("c", 1200, 300), node("d", 40, 60)],
    edges: [
      { from: "a", port: "next", to: "b" },
      { from: "b", port: "next", to: "c" },
      { from: "c", port: "next", to: "d" },
    ],
    layout: { groups: [{ id: "g", name: "G", steps: ["b", "c"] }] },
  };
  const tidy = placed(doc);
  const at = (key: string) => tidy.nodes.find((n) => n.key === key)?.position ?? { x: 0, y: 0 };
  expect({ x: at("c").x - at("b").x, y: at("c").y - at("b").y }).toEqual({ x: 300, y: 260 });
  const box = boxesOf(tidy, isLoop, () => CARD.width).get("group:g");
  expect(at("a").y + CARD.height).toBeLessThanOrEqual(box?.y ?? 0);
  expect(at("d").y).toBeGreaterThanOrEqual((box?.y ?? 0) + (box?.height ?? 0));
  const inside = tidied(doc, looksOf(doc), new Set(["b", "c"]));
  expect(inside.get("b")?.x).toBe(inside.get("c")?.x);
});
