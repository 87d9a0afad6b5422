import { expect, test } from "vitest";
import type { Step, WorkflowDocument } from "../../document/types";
import { linesOf, standIns } from "../folded";

const step = (key: string, parent?: string): Step => ({
  key,
  type: "action.http",
  version: 1,
  name: key,
  config: {},
  ...(parent && { parent }),
});

const doc: WorkflowDocument = {
  schema: "studio.workflow/1",
  name: "W",
  nodes: [step("a"), step("b"), step("loop"), step("in1", "loop"), step("in2", "loop"), step("z")],
  edges: [
    { from: "a", port: "true", to: "b" },
    { from: "a", port: "true", to: "loop" },
    { from: "b", port: "next", to: "loop" },
    { from: "loop", port: "each", to: "in1" },
    { from: "in1", port: "next", to: "in2" },
    { from: "loop", port: "next", to: "z" },
  ],
};

const drawn = (layout: object): string[] => {
  const one = { ...doc, layout };
  return linesOf(one, standIns(one)).map((line) => `${line.source}/${line.port}/${line.target}`);
};

test("the lines of a collapsed group lead to its card, once each", () => {
  expect(drawn({ groups: [{ id: "g", name: "G", steps: ["b", "loop"], collapsed: true }] })).toEqual([
    "a/true/group:g",
    "group:g/out/z",
  ]);
});

test("a collapsed loop hides its body and keeps its own lines", () => {
  expect(drawn({ collapsed: ["loop"] })).toEqual(["a/true/b", "a/true/loop", "b/next/loop", "loop/next/z"]);
});

test("the outermost card stands for everything inside", () => {
  const layout = {
    collapsed: ["loop"],
    groups: [
      { id: "inner", name: "I", steps: ["in1"], collapsed: true },
      { id: "outer", name: "O", steps: ["loop"], collapsed: true },
    ],
  };
  const standIn = standIns({ ...doc, layout });
  expect(["in1", "in2", "loop", "z"].map(standIn)).toEqual(["group:outer", "group:outer", "group:outer", "z"]);
});
