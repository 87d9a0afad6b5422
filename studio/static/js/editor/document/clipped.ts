// Steps in a text from the clipboard, and what stands beside them. Anybody may have written it: what has not the form of
// steps, notes or groups is left out.
import { isKey } from "./keys";
import { type Group, type Layout, MOST, NOTE, type Note, TONES } from "./layout";
import type { Edge, Step } from "./types";

export interface Clipped {
  readonly nodes: readonly Step[];
  readonly edges: readonly Edge[];
  readonly layout?: Layout;
}

/** Null where the text is something else. */
export function stepsIn(text: string): Clipped | null {
  const value = parsed(text);
  if (!isObject(value) || !String(value.schema).startsWith("studio.workflow/")) return null;
  const nodes = listOf(value.nodes).filter(isStep);
  const layout = layoutIn(value.layout);
  if (nodes.length === 0 && !layout?.notes) return null;
  return { nodes, edges: listOf(value.edges).filter(isEdge), ...(layout && { layout }) };
}

function layoutIn(value: unknown): Layout | undefined {
  if (!isObject(value)) return undefined;
  const notes = listOf(value.notes)
    .filter(isNote)
    .map(only<Note>("id", "text", "x", "y", "width", "height", "tone"));
  const groups = listOf(value.groups)
    .filter(isGroup)
    .map(only<Group>("id", "name", "steps", "collapsed"));
  const collapsed = listOf(value.collapsed).filter((key) => typeof key === "string");
  const found = { ...(notes.length && { notes }), ...(groups.length && { groups }) };
  const all = { ...found, ...(collapsed.length && { collapsed }) };
  return Object.keys(all).length ? all : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** These fields alone: the server takes no others. */
const only =
  <Item extends object>(...fields: readonly (keyof Item & string)[]) =>
  (item: Item): Item =>
    Object.fromEntries(fields.flatMap((field) => (field in item ? [[field, item[field]]] : []))) as Item;

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

const isSide = (value: unknown): boolean => typeof value === "number" && value >= NOTE.least && value <= NOTE.most;
const isText = (value: unknown, most: number): boolean => typeof value === "string" && value.length <= most;
const orNone = (value: unknown, holds: (value: unknown) => boolean): boolean => value === undefined || holds(value);

/** What a file leaves out is as usual (notesOf). */
const isNote = (value: unknown): value is Note =>
  isObject(value) &&
  typeof value.id === "string" &&
  [value.x, value.y].every((one) => orNone(one, isNumber)) &&
  [value.width, value.height].every((one) => orNone(one, isSide)) &&
  orNone(value.text, (one) => isText(one, MOST.text)) &&
  orNone(value.tone, (one) => (TONES as readonly unknown[]).includes(one));

const isGroup = (value: unknown): value is Group =>
  isObject(value) &&
  typeof value.id === "string" &&
  isText(value.name, MOST.name) &&
  value.name !== "" &&
  Array.isArray(value.steps) &&
  value.steps.every((key) => typeof key === "string") &&
  orNone(value.collapsed, (one) => typeof one === "boolean");

const isEdge = (value: unknown): value is Edge =>
  isObject(value) && [value.from, value.port, value.to].every((part) => typeof part === "string");
