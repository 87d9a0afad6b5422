// Steps in a text from the clipboard. Anybody may have written it: what has not the form of steps is left out.
import { isKey } from "./keys";
import type { Edge, Step } from "./types";

export interface Clipped {
  readonly nodes: readonly Step[];
  readonly edges: readonly Edge[];
}

/** Null where the text is something else. */
export function stepsIn(text: string): Clipped | null {
  const value = parsed(text);
  if (!isObject(value) || !String(value.schema).startsWith("studio.workflow/")) return null;
  const nodes = listOf(value.nodes).filter(isStep);
  return nodes.length ? { nodes, edges: listOf(value.edges).filter(isEdge) } : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Unread = Readonly<Record<string, unknown>>;

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isObject = (value: unknown): value is Unread =>
  value !== null && typeof value === "object" && !Array.isArray(value);
const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isPlace = (value: unknown): boolean => isObject(value) && isNumber(value.x) && isNumber(value.y);

const isStep = (value: unknown): value is Step =>
  isObject(value) &&
  typeof value.key === "string" &&
  isKey(value.key) &&
  typeof value.type === "string" &&
  typeof value.version === "number" &&
  typeof value.name === "string" &&
  isObject(value.config) &&
  (value.position === undefined || isPlace(value.position)) &&
  (value.parent === undefined || value.parent === null || typeof value.parent === "string");

const isEdge = (value: unknown): value is Edge =>
  isObject(value) && [value.from, value.port, value.to].every((part) => typeof part === "string");
