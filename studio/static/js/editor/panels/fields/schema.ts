// Reading a JSON Schema: the fixed subset that node configs use.
import type { Schema } from "../../api/types";
import type { Json, JsonObject } from "../../document/types";

export type FieldKind =
  | "expression"
  | "text"
  | "template"
  | "textarea"
  | "code"
  | "number"
  | "boolean"
  | "choice"
  | "texts"
  | "choices"
  | "rows"
  | "object"
  | "key-values"
  | "secret"
  | "people"
  | "workflow"
  | "policy"
  | "matrix"
  | "duration"
  | "conditions"
  | "cron"
  | "money"
  | "connection"
  | "connection-action"
  | "connection-scope"
  | "action-input"
  | "flag"
  | "flag-environment"
  | "flag-metric"
  | "decision-table"
  | "flag-segment"
  | "json";

/** Follows $ref, takes `X | None` as X, and a single allOf as itself. Annotations beside a $ref win. */
export function resolved(schema: Schema, root: Schema, depth = 0): Schema {
  if (depth > 8) return schema;
  if (schema.$ref) {
    const target = root.$defs?.[schema.$ref.split("/").at(-1) ?? ""];
    const { $ref: _ref, ...beside } = schema;
    const { title: _type, ...shape } = target ?? {}; // its title names the type, not this field
    return target ? resolved({ ...shape, ...beside }, root, depth + 1) : schema;
  }
  const several = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  const real = several?.filter((one) => one.type !== "null");
  if (several && real?.length === 1 && real[0]) {
    const { anyOf: _any, oneOf: _one, allOf: _all, ...beside } = schema;
    return resolved({ ...real[0], ...beside }, root, depth + 1);
  }
  return schema;
}

const typesOf = (schema: Schema): readonly string[] =>
  (typeof schema.type === "string" ? [schema.type] : (schema.type ?? [])).filter((type) => type !== "null");

/** `schema` is resolved already. */
export function kindOf(schema: Schema, root: Schema): FieldKind {
  const widget = schema["x-widget"];
  if (widget === "conditions") return "conditions";
  if (schema["x-expression"] !== undefined) return "expression";
  if (widget === "money" && schema["x-template"]) return "template";
  if (isWidget(widget)) return widget;
  if (schema.enum || schema.const !== undefined) return "choice";
  const types = typesOf(schema);
  if (types.length !== 1) return scalarUnion(schema, root) ?? "json";
  switch (types[0]) {
    case "string":
      return schema["x-template"] ? "template" : "text";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return arrayKind(schema, root);
    case "object":
      return objectKind(schema, root);
    default:
      return "json";
  }
}

const WIDGETS = [
  "textarea",
  "code",
  "key-values",
  "secret",
  "people",
  "workflow",
  "policy",
  "matrix",
  "duration",
  "cron",
  "money",
  "connection",
  "connection-action",
  "connection-scope",
  "action-input",
  "flag",
  "flag-environment",
  "flag-metric",
  "decision-table",
  "flag-segment",
  "json",
] as const;
const isWidget = (widget: string | undefined): widget is (typeof WIDGETS)[number] =>
  (WIDGETS as readonly string[]).includes(widget ?? "");

/** `int | str` and the like: written as text, numbers kept as numbers. */
function scalarUnion(schema: Schema, root: Schema): FieldKind | null {
  const several = (schema.anyOf ?? schema.oneOf ?? [])
    .map((one) => resolved(one, root))
    .filter((one) => one.type !== "null");
  const scalar =
    several.length > 0 && several.every((one) => ["string", "number", "integer"].includes(String(one.type)));
  if (!scalar) return null;
  return schema["x-template"] || several.some((one) => one["x-template"]) ? "template" : "text";
}

function arrayKind(schema: Schema, root: Schema): FieldKind {
  const items = resolved(schema.items ?? {}, root);
  const types = typesOf(items);
  if (types.includes("object") && items.properties) return "rows";
  if (items.enum) return "choices";
  if (types[0] === "string") return "texts";
  return "json";
}

function objectKind(schema: Schema, root: Schema): FieldKind {
  if (schema.properties) return "object";
  const values =
    typeof schema.additionalProperties === "object" ? resolved(schema.additionalProperties, root) : undefined;
  return values && typesOf(values)[0] === "string" ? "key-values" : "json";
}

/** "max_length" → "Max length"; a schema's own title wins unless pydantic made it from the name ("Max Length"). */
export function labelOf(name: string, schema: Schema): string {
  const words = name.replace(/_/g, " ").trim();
  const made = words.replace(/(^| )\w/g, (letter) => letter.toUpperCase());
  return schema.title && schema.title !== made ? schema.title : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Kinds whose input shows an example by itself, where it is empty. */
const SHOWN_INSIDE: readonly FieldKind[] = ["template", "expression", "conditions", "code"];
const WITH_EXAMPLE: readonly FieldKind[] = ["text", "textarea", "texts", "key-values", "json"];

/** An example in words, where neither a placeholder nor the choices already show what fits. */
export function exampleFor(kind: FieldKind, schema: Schema): string | undefined {
  const example = schema.examples?.[0];
  const placeholder = schema.default !== undefined && schema.default !== null && schema.default !== "";
  const inside = SHOWN_INSIDE.includes(kind) || (kind === "textarea" && schema["x-template"] === true);
  if (example === undefined || placeholder || inside || !WITH_EXAMPLE.includes(kind)) return undefined;
  if (typeof example === "string") return example;
  if (kind === "texts" && Array.isArray(example)) return example.join(", ");
  if (kind === "key-values" && example !== null && typeof example === "object")
    return Object.entries(example)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join(", ");
  return JSON.stringify(example);
}

/** A field stands only where its siblings have the values it names. */
export function isShown(schema: Schema, siblings: JsonObject, parent: Schema, root: Schema): boolean {
  const wanted = schema["x-show-if"];
  if (!wanted) return true;
  return Object.entries(wanted).every(([name, value]) => {
    const sibling = parent.properties?.[name];
    const actual = siblings[name] ?? (sibling ? resolved(sibling, root).default : undefined) ?? null;
    return Array.isArray(value) ? value.some((one) => same(one, actual)) : same(value, actual);
  });
}

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a new row of a list begins with. */
export function emptyOf(schema: Schema, root: Schema): Json {
  const plain = resolved(schema, root);
  if (plain.default !== undefined) return plain.default;
  if (plain.const !== undefined) return plain.const;
  switch (typesOf(plain)[0]) {
    case "object":
      return Object.fromEntries(
        Object.entries(plain.properties ?? {})
          .filter(([name]) => plain.required?.includes(name))
          .map(([name, field]) => [name, emptyOf(field, root)]),
      );
    case "array":
      return [];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return plain.minimum ?? 0;
    case "string":
      return plain.enum?.[0] ?? "";
    default:
      return plain["x-expression"] === undefined ? null : "";
  }
}

/** Fixed values written as an expression, and back where the expression is a mere literal. */
export const literalOf = (value: Json | undefined): string => (value === undefined ? "" : JSON.stringify(value));

export function fromLiteral(source: string): Json | undefined {
  try {
    const value = JSON.parse(source) as Json;
    return typeof value === "object" ? undefined : value;
  } catch {
    return undefined;
  }
}

const BRACES = /^\s*\{\{([\s\S]*)\}\}\s*$/;
/** "{{ x }}" alone is an expression in a field of another type. */
export const isBraced = (value: Json | undefined): value is string => typeof value === "string" && BRACES.test(value);
export const insideBraces = (value: string): string => (BRACES.exec(value)?.[1] ?? value).trim();
