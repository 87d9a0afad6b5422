import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockOf, clear, move, paste, put, readCsv, readTabs, rearranged, remove, writeCsv, writeTabs } from "../model";

const cell = fc.string({ unit: fc.constantFrom("a", "=", "'", "-", '"', ",", "\t", "\n", " ", "1"), maxLength: 6 });
const rows = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
const whole = (some: string[][]): boolean => !(some.at(-1)?.length === 1 && some.at(-1)?.[0] === "");

describe("rows as text", () => {
  it("are read from the clipboard as they were copied", () => {
    fc.assert(
      fc.property(rows.filter(whole), (some) => {
        expect(readTabs(writeTabs(some))).toEqual(some);
      }),
    );
  });

  it("are read from CSV as they were written, formulas and apostrophes too", () => {
    fc.assert(
      fc.property(rows.filter(whole), (some) => {
        expect(readCsv(writeCsv(some))).toEqual(some);
      }),
    );
  });

  it("never begin a formula", () => {
    expect(writeCsv([["=1+1", "'=x", "-5", "ok"]])).toBe("'=1+1,''=x,'-5,ok");
    expect(readCsv("\uFEFFa,b\r\nc,d\r\n")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });
});

describe("pasting", () => {
  const three = [
    ["a", "b"],
    ["c", "d"],
  ];
  const at = (row: number, column: number) => blockOf({ from: { row, column }, to: { row, column } });

  it("adds rows, and tells what had no place", () => {
    const done = paste(three, at(1, 1), [["1", "2"], ["3"]], 2, 3);
    expect(done.rows).toEqual([
      ["a", "b"],
      ["c", "1"],
      ["", "3"],
    ]);
    expect(done.lost).toBe(1);
    expect(done.span.to).toEqual({ row: 2, column: 1 });
    expect(paste(three, at(0, 0), [["1"], ["2"], ["3"]], 2, 2).lost).toBe(1);
  });

  it("fills what is chosen with a single cell", () => {
    const chosen = { top: 0, left: 0, bottom: 1, right: 1 };
    expect(paste(three, chosen, [["x"]], 2, 9).rows).toEqual([
      ["x", "x"],
      ["x", "x"],
    ]);
  });
});

describe("rows", () => {
  const two = [["a"], ["b"], ["c"]];
  it("are moved, removed, cleared, and changed in one cell", () => {
    expect(move(two, 0, 2)).toEqual([["b"], ["c"], ["a"]]);
    expect(move(two, 0, -1)).toBe(two);
    expect(remove(two, 0, 1)).toEqual([["c"]]);
    expect(clear(two, { top: 1, left: 0, bottom: 2, right: 0 })).toEqual([["a"], [""], [""]]);
    expect(put(two, { row: 1, column: 0 }, "x")).toEqual([["a"], ["x"], ["c"]]);
  });

  it("follow their columns by name", () => {
    expect(rearranged([["1", "x"]], ["Total", "carrier"], ["Total", "Country", "carrier"])).toEqual([["1", "", "x"]]);
    expect(rearranged([["1", "x"]], ["Total", "carrier"], ["carrier"])).toEqual([["x"]]);
    expect(rearranged([["1", "x"]], ["Total", "carrier"], ["Sum", "carrier"])).toEqual([["1", "x"]]);
  });
});
