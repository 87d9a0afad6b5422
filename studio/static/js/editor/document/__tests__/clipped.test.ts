import * as fc from "fast-check";
import { expect, test } from "vitest";
import { stepsIn } from "../clipped";

const step = { key: "note", type: "action.note", version: 1, name: "Note", config: {}, position: { x: 0, y: 20 } };
const text = (nodes: unknown, edges: unknown): string => JSON.stringify({ schema: "studio.workflow/1", nodes, edges });

test("steps and the lines between them", () => {
  const line = { from: "note", port: "next", to: "note_2" };
  expect(stepsIn(text([step], [line]))).toEqual({ nodes: [step], edges: [line] });
});

test("what stands beside them, by its own form; notes alone too", () => {
  const note = { id: "n", text: "Ask first", x: 0, y: 20, tone: "blue" };
  const group = { id: "g", name: "G", steps: ["note"], collapsed: true };
  const odd = {
    notes: [
      note,
      { ...note, style: "x" },
      { ...note, width: 9_000 },
      { ...note, tone: "red" },
      { ...note, x: "0" },
      null,
    ],
    groups: [group, { ...group, name: "" }, { ...group, steps: [1] }, { ...group, steps: null }],
    collapsed: ["note", 4],
  };
  const layout = { notes: [note, note], groups: [group], collapsed: ["note"] };
  const beside = (nodes: unknown, more: unknown) =>
    stepsIn(JSON.stringify({ schema: "studio.workflow/1", nodes, edges: [], layout: more }));
  expect(beside([step], odd)).toEqual({ nodes: [step], edges: [], layout });
  expect(beside([], { notes: [note] })).toEqual({ nodes: [], edges: [], layout: { notes: [note] } });
  expect(beside([], { groups: [group] })).toBeNull();
  for (const other of [null, [], "x", { notes: 4, groups: "g", collapsed: {} }])
    expect(beside([step], other)).toEqual({ nodes: [step], edges: [] });
});

test.each([
  "Hello",
  "",
  "null",
  "[]",
  '{"nodes": []}',
  text([], []),
  text(null, null),
  text([null, 4, { ...step, key: "Not a key" }, { ...step, config: [] }, { ...step, position: { x: "0" } }], []),
])("%s holds none", (other) => {
  expect(stepsIn(other)).toBeNull();
});

test("what has not their form is left out", () => {
  const odd = [null, {}, { from: 1, port: "next", to: "note" }];
  expect(stepsIn(text([step, { ...step, version: "1" }], odd))).toEqual({ nodes: [step], edges: [] });
});

test("no text is too odd", () => {
  fc.assert(
    fc.property(
      fc.json(),
      (any) =>
        void stepsIn(`{"schema":"studio.workflow/1","nodes":[${any}],"edges":${any},"layout":{"notes":[${any}]}}`),
    ),
  );
});
