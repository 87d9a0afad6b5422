// The form of an action at another system, as a step holds it.
import type { Schema } from "../api/types";
import type { Json, JsonObject } from "../document/types";

/** As it is drawn: what is filled in when a run comes may hold {{ … }} in any text, whatever the action says of it. */
export function withData(schema: Schema): Schema {
  const several = (inner: { readonly [name: string]: Schema } | undefined) =>
    inner && Object.fromEntries(Object.entries(inner).map(([name, one]) => [name, withData(one)]));
  const properties = several(schema.properties);
  const defs = several(schema.$defs);
  const { additionalProperties } = schema;
  return {
    ...schema,
    ...(takesText(schema) && { "x-template": true }),
    ...(properties && { properties }),
    ...(defs && { $defs: defs }),
    ...(schema.items && { items: withData(schema.items) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: withData(additionalProperties) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(withData) }),
    ...(schema.oneOf && { oneOf: schema.oneOf.map(withData) }),
    ...(schema.allOf && { allOf: schema.allOf.map(withData) }),
  };
}

/** Choices, references and what is an expression already are drawn as they are. */
const takesText = (schema: Schema): boolean =>
  schema.enum === undefined &&
  schema.const === undefined &&
  schema.$ref === undefined &&
  schema["x-expression"] === undefined;

const asObject = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};

/** Names that are filled in and that the action does not have. */
export function strays(given: Json | undefined, schema: Schema): readonly string[] {
  const known = schema.properties ?? {};
  const open = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  return open ? [] : Object.keys(asObject(given)).filter((name) => !Object.hasOwn(known, name));
}

/** What is filled in, without what the action does not have. */
export function fitting(given: Json | undefined, schema: Schema): JsonObject {
  const left = new Set(strays(given, schema));
  return Object.fromEntries(Object.entries(asObject(given)).filter(([name]) => !left.has(name)));
}
