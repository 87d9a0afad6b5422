import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Schema } from "../../api/types";
import type { JsonObject } from "../../document/types";
import { kindOf, resolved } from "../../panels/fields/schema";
import { fitting, strays, withData } from "../action-form";

const schema: Schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    order: { type: "string" },
    note: { type: "string", "x-widget": "textarea" },
    state: { type: "string", enum: ["open", "held"] },
    count: { type: "integer" },
    tags: { type: "array", items: { type: "string" } },
    lines: { type: "array", items: { $ref: "#/$defs/Line" } },
    more: { type: "object" },
  },
  $defs: { Line: { type: "object", properties: { sku: { type: "string" } } } },
};

test("any text of an action may come from the data, at any depth; the rest is drawn as it was", () => {
  const drawn = withData(schema);
  const kinds = Object.entries(drawn.properties ?? {}).map(([name, field]) => [
    name,
    kindOf(resolved(field, drawn), drawn),
  ]);
  expect(Object.fromEntries(kinds)).toEqual({
    order: "template",
    note: "textarea",
    state: "choice",
    count: "number",
    tags: "texts",
    lines: "rows",
    more: "json",
  });
  expect(drawn.properties?.note?.["x-template"]).toBe(true);
  expect(drawn.properties?.tags?.items?.["x-template"]).toBe(true);
  expect(drawn.properties?.more?.["x-template"]).toBe(true);
  expect(kindOf(drawn.$defs?.Line?.properties?.sku ?? {}, drawn)).toBe("template");
  expect(drawn.properties?.state?.["x-template"]).toBeUndefined();
});

const values = fc.dictionary(
  fc.oneof(fc.constantFrom("order", "note", "count", "__proto__", "toString"), fc.string()),
  fc.jsonValue(),
);

test("what an action has keeps its value, what it does not have is told and goes", () => {
  fc.assert(
    fc.property(values, (given) => {
      const before = given as JsonObject;
      const [kept, gone] = [fitting(before, schema), strays(before, schema)];
      expect(Object.keys(kept).concat(gone).sort()).toEqual(Object.keys(before).sort());
      for (const name of Object.keys(kept)) expect(kept[name]).toEqual(before[name]);
      expect(gone.filter((name) => Object.hasOwn(schema.properties ?? {}, name))).toEqual([]);
      expect(strays(kept, schema)).toEqual([]);
    }),
  );
});

test("an action that takes any name has no strays, and what is no object holds nothing", () => {
  expect(strays({ anything: 1 }, { ...schema, additionalProperties: { type: "string" } })).toEqual([]);
  expect(fitting("{{ trigger }}", schema)).toEqual({});
  expect(fitting(undefined, schema)).toEqual({});
});
