import { expect, test } from "vitest";
import type { FixEdit } from "../../api/types";
import type { WorkflowDocument } from "../../document/types";
import { mend } from "../mend";

const step = (key: string, more = {}) => ({ key, type: "data.set", version: 1, name: key, config: {}, ...more });
const edge = (from: string, to: string, port = "next") => ({ from, port, to });
const CASES = { cases: [{ condition: "x" }, { condition: "y", label: "B" }] };
const doc = (): WorkflowDocument =>
  ({
    schema: "studio.workflow/1",
    name: "W",
    nodes: [
      step("a"),
      step("ask", { config: { mode: "count", count: 3 } }),
      step("no", { config: CASES }),
      step("lost"),
    ],
    edges: [edge("a", "ask"), edge("ask", "no", "refused")],
  }) as unknown as WorkflowDocument;
const one = (op: FixEdit["op"], more: Partial<FixEdit>): FixEdit => ({
  op,
  node: null,
  edge: null,
  field: null,
  value: null,
  ...more,
});

test.each<[string, FixEdit[], (doc: WorkflowDocument) => unknown, unknown]>([
  ["a step goes", [one("remove_step", { node: "lost" })], (d) => d.nodes.map((n) => n.key), ["a", "ask", "no"]],
  ["a line goes", [one("remove_edge", { edge: edge("a", "ask") })], (d) => d.edges.length, 1],
  [
    "a line comes",
    [one("add_edge", { edge: edge("ask", "no", "expired") })],
    (d) => d.edges.at(-1),
    edge("ask", "no", "expired"),
  ],
  [
    "a field within others is set, the others stay",
    [one("set", { node: "ask", field: "config.count", value: 2 })],
    (d) => d.nodes[1]?.config,
    { mode: "count", count: 2 },
  ],
  [
    "a field of one entry of a list is set, and the list stays a list",
    [one("set", { node: "no", field: "config.cases.1.condition", value: "b" })],
    (d) => d.nodes[2]?.config,
    { cases: [{ condition: "x" }, { condition: "b", label: "B" }] },
  ],
  [
    "a part comes that was not there",
    [one("set", { node: "a", field: "retry", value: { attempts: 5 } })],
    (d) => d.nodes[0]?.retry,
    { attempts: 5 },
  ],
  ["a step that is gone meanwhile changes nothing", [one("remove_step", { node: "x" })], (d) => d, doc()],
])("%s, and one undo brings it back", (_name, edits, read, expected) => {
  const before = doc();
  const [after, inverse] = mend(before, edits).apply(before);
  expect(read(after)).toEqual(expected);
  expect(inverse.apply(after)[0]).toEqual(before);
});
