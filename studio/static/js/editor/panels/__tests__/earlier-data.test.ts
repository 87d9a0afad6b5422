import { expect, test } from "vitest";
import type { DataNode } from "../../api/types";
import { holdsDates } from "../earlier-data";

const node = (path: string, more: Partial<DataNode>): DataNode =>
  ({ path, label: path, type: "string", children: [], ...more }) as unknown as DataNode;
const ROOTS = [
  node("trigger", {
    type: "object",
    children: [
      node("trigger.at", { date: true, sample: "2026-03-31" }),
      node("trigger.sku", { sample: "A-1" }),
      node("trigger.text", {}),
      node("trigger.total", { type: "number" }),
      node("trigger.later", { type: "any" }),
      node("trigger.lines", { type: "list", children: [node("trigger.lines[0].due", { date: true })] }),
    ],
  }),
];

test.each([
  ["trigger.at", true],
  ["trigger.lines[0].due", true],
  ["trigger.sku", false],
  ["trigger.total", false],
  ["trigger", false],
  ["trigger.text", null],
  ["trigger.later", null],
  ["trigger.at.x", null],
  ["", null],
])("whether %s holds dates: %s", (path, expected) => {
  expect(holdsDates(ROOTS, path)).toBe(expected);
});
