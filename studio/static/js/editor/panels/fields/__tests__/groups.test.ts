import { describe, expect, it } from "vitest";
import { filledIn, grouped, type Named } from "../groups";

const field = (name: string, group?: string, usual?: string): Named => [
  name,
  { type: "string", ...(group && { "x-group": group }), ...(usual !== undefined && { default: usual }) },
];
const names = (shown: readonly Named[], all = shown) =>
  grouped(shown, all).map(({ title, fields: some }) => [title, some.map(([name]) => name).join(" ")]);

describe("the fields of one heading", () => {
  it("stand together where the first of them stands", () => {
    const fields = [
      field("a"),
      field("b"),
      field("c", "Late"),
      field("d"),
      field("e", "Late"),
      field("f", "Else"),
      field("g", "Else"),
    ];
    expect(names(fields)).toEqual([
      [null, "a b"],
      ["Late", "c e"],
      [null, "d"],
      ["Else", "f g"],
    ]);
  });

  it("need no heading where there is one in the whole form, shown or not", () => {
    const [alone, one, hidden] = [field("a", "Alone"), field("b", "Late"), field("c", "Late")];
    expect(names([alone, one], [alone, one, hidden])).toEqual([
      [null, "a"],
      ["Late", "b"],
    ]);
  });

  it("count where they say something else than what holds anyway", () => {
    const fields = [field("a", "G"), field("b", "G", "each"), field("c", "G"), field("d", "G"), field("e", "G", "all")];
    expect(filledIn(fields, { a: "x", b: "each", c: "", d: [], e: "some" })).toBe(2);
    expect(filledIn(fields, {})).toBe(0);
  });
});
