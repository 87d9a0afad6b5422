import { expect, test } from "vitest";
import type { Schema } from "../../../api/types";
import {
  emptyOf,
  exampleFor,
  fromLiteral,
  insideBraces,
  isBraced,
  isShown,
  kindOf,
  labelOf,
  resolved,
} from "../schema";

const root: Schema = {
  type: "object",
  properties: {
    method: { type: "string", enum: ["GET", "POST"], default: "GET" },
    body: { type: "string", "x-show-if": { method: ["POST"] } },
  },
  $defs: {
    Row: {
      type: "object",
      properties: { name: { type: "string" }, value: { "x-expression": "any" } },
      required: ["name", "value"],
    },
  },
};

test.each<[Schema, string]>([
  [{ type: "string" }, "text"],
  [{ type: "string", "x-template": true }, "template"],
  [{ type: "string", "x-expression": "bool" }, "expression"],
  [{ type: "string", "x-expression": "bool", "x-widget": "conditions" }, "conditions"],
  [{ type: "string", "x-widget": "secret" }, "secret"],
  [{ type: "integer" }, "number"],
  [{ type: "boolean" }, "boolean"],
  [{ enum: ["a", "b"], type: "string" }, "choice"],
  [{ type: "array", items: { type: "string" } }, "texts"],
  [{ type: "array", items: { type: "string", enum: ["GET"] } }, "choices"],
  [{ type: "string", "x-template": true, "x-widget": "money" }, "template"],
  [{ type: "array", items: { $ref: "#/$defs/Row" } }, "rows"],
  [{ type: "object", additionalProperties: { type: "string" } }, "key-values"],
  [{ type: "object", properties: {} }, "object"],
  [{ type: "object" }, "json"],
  [{ anyOf: [{ type: "integer" }, { type: "null" }] }, "number"],
  [{ anyOf: [{ type: "integer" }, { type: "string" }] }, "text"],
  [{ anyOf: [{ type: "object" }, { type: "string" }] }, "json"],
  [{}, "json"],
])("%j is drawn as %s", (schema, kind) => {
  expect(kindOf(resolved(schema, root), root)).toBe(kind);
});

test("a type's title is not the field's", () => {
  const typed: Schema = { $defs: { Duration: { title: "Duration", type: "object", description: "Of time" } } };
  const field = resolved({ anyOf: [{ $ref: "#/$defs/Duration" }, { type: "null" }], description: "How long" }, typed);
  expect([labelOf("due_in", field), field.description]).toEqual(["Due in", "How long"]);
});

test("a field shows by its siblings, their defaults counted", () => {
  const body = root.properties?.body as Schema;
  expect(isShown(body, {}, root, root)).toBe(false);
  expect(isShown(body, { method: "POST" }, root, root)).toBe(true);
});

test("a new row holds what is required", () => {
  expect(emptyOf({ $ref: "#/$defs/Row" }, root)).toEqual({ name: "", value: "" });
});

test("labels are sentences", () => {
  expect(labelOf("max_length", { title: "Max Length" })).toBe("Max length");
  expect(labelOf("to", { title: "Who is told" })).toBe("Who is told");
  expect(labelOf("url", { title: "URL" })).toBe("URL");
});

test("fixed and expression carry the value over", () => {
  expect(fromLiteral("400.5")).toBe(400.5);
  expect(fromLiteral('"a"')).toBe("a");
  expect(fromLiteral("order.total")).toBeUndefined();
  expect(isBraced("{{ 5 }}")).toBe(true);
  expect(insideBraces("{{ steps.a.n }}")).toBe("steps.a.n");
});

test.each<[Parameters<typeof exampleFor>[0], Schema, string | undefined]>([
  ["text", { examples: ["customers"] }, "customers"],
  ["text", { examples: ["customers"], default: "orders" }, undefined],
  ["textarea", { examples: ["Hello"], "x-template": true }, undefined],
  ["texts", { examples: [["{{ trigger.email }}"]] }, "{{ trigger.email }}"],
  ["key-values", { examples: [{ "X-Shop": "north" }] }, "X-Shop: north"],
  ["json", { examples: [{ a: 1 }] }, '{"a":1}'],
  ["number", { examples: [3] }, undefined],
])("the example of %s %j reads %s", (kind, schema, words) => {
  expect(exampleFor(kind, schema)).toBe(words);
});
