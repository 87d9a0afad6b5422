import { expect, test } from "vitest";
import type { WorkflowDocument } from "../../document/types";
import { mayConnect } from "../may-connect";

const kinds = { isTrigger: (type: string) => type === "trigger", isLoop: (type: string) => type === "loop" };
const node = (key: string, type: string, parent?: string) => ({
  key,
  type,
  version: 1,
  name: key,
  config: {},
  ...(parent && { parent }),
});
const doc: WorkflowDocument = {
  schema: "studio.workflow/1",
  name: "W",
  nodes: [node("t", "trigger"), node("a", "step"), node("l", "loop"), node("b", "step", "l"), node("c", "step", "l")],
  edges: [
    { from: "t", port: "next", to: "a" },
    { from: "a", port: "next", to: "l" },
    { from: "b", port: "next", to: "c" },
  ],
};

test.each([
  ["a", "next", "a", "graph.itself"],
  ["t", "next", "a", "graph.duplicate_edge"],
  ["a", "next", "t", "graph.into_trigger"],
  ["l", "next", "a", "graph.cycle"],
  ["a", "next", "b", "graph.crosses_body"],
  ["b", "next", "l", "graph.crosses_body"],
  ["l", "next", "b", "graph.crosses_body"],
  ["c", "next", "b", "graph.cycle"],
  ["l", "each", "b", null],
  ["t", "next", "l", null],
])("%s:%s to %s: %s", (from, port, to, answer) => {
  expect(mayConnect(doc, { from, port, to }, kinds)).toBe(answer);
});
