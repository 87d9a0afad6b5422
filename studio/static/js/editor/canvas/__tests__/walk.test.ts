import * as fc from "fast-check";
import { expect, test } from "vitest";
import { edgeId } from "../../document/read";
import type { Edge, Step, WorkflowDocument } from "../../document/types";
import { linesAt, otherEnd, walk } from "../walk";

const KEYS = ["a", "b", "c", "d"];
const PORTS = ["true", "false"];
const step = (key: string): Step => ({ key, type: "condition.if", version: 1, name: key, config: {} });
const docOf = (edges: readonly Edge[], layout = {}): WorkflowDocument => ({
  schema: "studio.workflow/1",
  name: "W",
  nodes: KEYS.map(step),
  edges,
  layout,
});
const edge = fc.record({
  from: fc.constantFrom(...KEYS),
  port: fc.constantFrom(...PORTS, "error"),
  to: fc.constantFrom(...KEYS),
});
const edges = fc.uniqueArray(edge, { selector: edgeId, maxLength: 12 });

const DIAMOND = docOf([
  { from: "c", port: "true", to: "b" },
  { from: "b", port: "error", to: "d" },
  { from: "b", port: "false", to: "c" },
  { from: "a", port: "true", to: "b" },
  { from: "b", port: "true", to: "d" },
]);

test("out of it port by port, errors last, then into it", () => {
  expect(linesAt(DIAMOND, "b", PORTS).map(edgeId)).toEqual([
    "b/true/d",
    "b/false/c",
    "b/error/d",
    "c/true/b",
    "a/true/b",
  ]);
  expect(walk(DIAMOND, "b", PORTS, "b/true/d", 1)).toEqual({
    edge: { from: "b", port: "false", to: "c" },
    at: 2,
    of: 5,
  });
  expect(walk(DIAMOND, "b", PORTS, null, -1)?.at).toBe(5);
  expect(walk(docOf([]), "b", PORTS, null, 1)).toBeNull();
});

test("a line that ends in a collapsed group is reached once that is open", () => {
  const groups = [{ id: "g", name: "G", steps: ["d"], collapsed: true }];
  expect(linesAt({ ...DIAMOND, layout: { groups } }, "b", PORTS).map(edgeId)).toEqual([
    "b/false/c",
    "c/true/b",
    "a/true/b",
  ]);
});

test("walking comes to each line of a step once, and back to the first; backwards likewise", () => {
  fc.assert(
    fc.property(edges, fc.constantFrom(...KEYS), fc.constantFrom(1 as const, -1 as const), (all, key, by) => {
      const doc = docOf(all);
      const lines = linesAt(doc, key, PORTS).map(edgeId);
      expect(new Set(lines)).toEqual(new Set(all.filter((one) => one.from === key || one.to === key).map(edgeId)));
      const met: string[] = [];
      let at: string | null = null;
      for (let n = 0; n < lines.length; n += 1) {
        const found = walk(doc, key, PORTS, at, by);
        if (!found) throw new Error("there is a next line");
        expect([key, otherEnd(found.edge, key)].sort()).toEqual([found.edge.from, found.edge.to].sort());
        at = edgeId(found.edge);
        met.push(at);
      }
      expect(met).toEqual(by > 0 ? lines : [...lines].reverse());
      if (at !== null) expect(edgeId(walk(doc, key, PORTS, at, by)?.edge as Edge)).toBe(met[0]);
    }),
  );
});
