// What stands on the canvas beside the steps: sticky notes, named groups, loops shown as one card. None of it is logic.
import type { Position, WorkflowDocument } from "./types";

export const TONES = ["yellow", "blue", "green", "pink", "plain"] as const;
export type NoteTone = (typeof TONES)[number];

export interface Note extends Position {
  readonly id: string;
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly tone: NoteTone;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly steps: readonly string[];
  readonly collapsed?: boolean;
}

export interface Layout {
  readonly notes?: readonly Note[];
  readonly groups?: readonly Group[];
  /** Loops that are shown as one card. */
  readonly collapsed?: readonly string[];
}

/** As many as the server takes. */
export const MOST = { notes: 200, groups: 100, text: 2_000, name: 120 };
export const NOTE = { width: 240, height: 120, least: 60, most: 2_000 };

const EMPTY: Layout = { notes: [], groups: [] };

export const layoutOf = (doc: WorkflowDocument): Layout => (doc.layout as Layout | undefined) ?? EMPTY;
/** With what a file may leave out; the same objects for the same document. */
export const notesOf = (doc: WorkflowDocument): readonly Note[] => notesIn(layoutOf(doc));

export function notesIn(layout: Layout): readonly Note[] {
  const notes = layout.notes ?? [];
  const known = whole.get(notes) ?? notes.map((note) => ({ ...PLAIN, ...note }));
  whole.set(notes, known);
  return known;
}
const whole = new WeakMap<readonly Note[], readonly Note[]>();
export const groupsOf = (doc: WorkflowDocument): readonly Group[] => layoutOf(doc).groups ?? [];

const PLAIN = { text: "", x: 0, y: 0, width: NOTE.width, height: NOTE.height, tone: "yellow" as const };

// On the canvas and in the selection, notes and groups are told from steps by a prefix: no key of a step holds a colon.
export const noteId = (id: string): string => `note:${id}`;
export const groupId = (id: string): string => `group:${id}`;

const after = (prefix: string, id: string): string | null => (id.startsWith(prefix) ? id.slice(prefix.length) : null);

export const noteAt = (doc: WorkflowDocument, id: string): Note | undefined => {
  const own = after("note:", id);
  return own === null ? undefined : notesOf(doc).find((note) => note.id === own);
};

export const groupAt = (doc: WorkflowDocument, id: string): Group | undefined => {
  const own = after("group:", id);
  return own === null ? undefined : groupsOf(doc).find((group) => group.id === own);
};

export const groupWith = (doc: WorkflowDocument, key: string): Group | undefined =>
  groupsOf(doc).find((group) => group.steps.includes(key));

/** Everything that can be selected. */
export const allIds = (doc: WorkflowDocument): string[] => [
  ...doc.nodes.map((n) => n.key),
  ...notesOf(doc).map((note) => noteId(note.id)),
  ...groupsOf(doc).map((group) => groupId(group.id)),
];

/** Steps of a selection: a group stands for its steps. */
export function stepsIn(doc: WorkflowDocument, ids: readonly string[]): string[] {
  const keys = ids.flatMap((id) => groupAt(doc, id)?.steps ?? (id.includes(":") ? [] : [id]));
  return [...new Set(keys)];
}

export function freshId(taken: readonly { readonly id: string }[], stem: string): string {
  const used = new Set(taken.map((one) => one.id));
  let number = 1;
  while (used.has(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

/** Under ids that are free beside those that are there. */
export function freshly<Item extends { readonly id: string }>(
  there: readonly Item[],
  added: readonly Item[],
  stem: string,
): Item[] {
  const found: Item[] = [];
  for (const item of added) found.push({ ...item, id: freshId([...there, ...found], stem) });
  return found;
}

/** What belongs to some of the ids that can be selected: notes and groups that are named, groups within the body of a loop
 * among the steps, and which of those loops are collapsed. */
export function layoutWith(
  doc: WorkflowDocument,
  ids: readonly string[],
  steps: ReadonlySet<string>,
): Layout | undefined {
  const parents = new Map(doc.nodes.map((n) => [n.key, n.parent ?? null]));
  const within = (group: Group): boolean => steps.has(parents.get(group.steps[0] ?? "") ?? "");
  return withParts(
    {},
    {
      notes: notesOf(doc).filter((note) => ids.includes(noteId(note.id))),
      groups: groupsOf(doc).filter((group) => ids.includes(groupId(group.id)) || within(group)),
      collapsed: (layoutOf(doc).collapsed ?? []).filter((key) => steps.has(key)),
    },
  );
}

/** The layout as the document's steps allow it: a group holds steps of one level, each step is in one group, and what is
 * gone is in none. The same layout where nothing is wrong with it; undefined where nothing is left. */
export function fitted(doc: WorkflowDocument): Layout | undefined {
  const layout = doc.layout as Layout | undefined;
  if (!layout) return undefined;
  const parents = new Map(doc.nodes.map((n) => [n.key, n.parent ?? null]));
  const taken = new Set<string>();
  const groups = (layout.groups ?? []).flatMap((group) => {
    const here = group.steps.filter((key) => parents.has(key) && !taken.has(key));
    const level = parents.get(here[0] ?? "");
    const steps = here.filter((key) => parents.get(key) === level);
    for (const key of steps) taken.add(key);
    if (steps.length === 0) return [];
    return [steps.length === group.steps.length ? group : { ...group, steps }];
  });
  const collapsed = (layout.collapsed ?? []).filter((key) => parents.has(key));
  const same =
    groups.length === (layout.groups ?? []).length &&
    groups.every((group, at) => group === layout.groups?.[at]) &&
    collapsed.length === (layout.collapsed ?? []).length;
  return same ? layout : withParts(layout, { groups, collapsed });
}

/** A layout with other parts; empty ones are left out, and undefined where none is left. */
export function withParts(layout: Layout, parts: Layout): Layout | undefined {
  const merged = Object.entries({ ...layout, ...parts }).filter(([, part]) => part.length > 0);
  return merged.length ? (Object.fromEntries(merged) as Layout) : undefined;
}
