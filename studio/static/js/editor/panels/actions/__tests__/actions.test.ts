import { expect, test } from "vitest";
import { ACTIONS } from "../actions";
import { type Pressed, presses } from "../chords";

const press = (key: string, held: Partial<Pressed> = {}): Pressed => ({
  key,
  code: `Key${key.toUpperCase()}`,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

test.each<[string, Pressed, boolean]>([
  ["Ctrl+K", press("k", { ctrlKey: true }), true],
  ["Ctrl+K", press("k", { metaKey: true }), true],
  ["Ctrl+K", press("k"), false],
  ["Ctrl+G", press("G", { ctrlKey: true, shiftKey: true }), false],
  ["Ctrl+Shift+G", press("G", { ctrlKey: true, shiftKey: true }), true],
  ["Shift+Alt+T", press("ˇ", { altKey: true, shiftKey: true, code: "KeyT" }), true],
  ["N", press("n"), true],
  ["N", press("n", { ctrlKey: true }), false],
  ["?", press("?", { shiftKey: true }), true],
  ["Delete", press("Delete", { shiftKey: true }), false],
  ["Shift+0", press(")", { shiftKey: true, code: "Digit0" }), true],
  ["Shift+0", press("=", { shiftKey: true, code: "Digit0" }), true],
  ["Shift+0", press("0", { code: "Digit0" }), false],
  ["Shift+1", press("!", { shiftKey: true, ctrlKey: true, code: "Digit1" }), false],
])("%s", (chord, event, does) => {
  expect(presses(chord, event)).toBe(does);
});

test("a command is declared once, and no key means two of them", () => {
  const ids = ACTIONS.map((action) => action.id);
  const keys = ACTIONS.flatMap((action) => action.keys ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(keys).size).toBe(keys.length);
});
