import * as fc from "fast-check";
import { expect, test } from "vitest";
import { stepsIn } from "../clipped";

const step = { key: "note", type: "action.note", version: 1, name: "Note", config: {}, position: { x: 0, y: 20 } };
const text = (nodes: unknown, edges: unknown): string => JSON.stringify({ schema: "studio.workflow/1", nodes, edges });

test("steps and the lines between them", () => {
  const line = { from: "note", port: "next", to: "note_2" };
  expect(stepsIn(text([step], [line]))).toEqual({ nodes: [step], edges: [line] });
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
    fc.property(fc.json(), (any) => void stepsIn(`{"schema":"studio.workflow/1","nodes":[${any}],"edges":${any}}`)),
  );
});
