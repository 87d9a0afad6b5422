import type { Clipped } from "../document/clipped";
import { freshKey } from "../document/keys";
import { freshly, groupId, groupsOf, type Layout, layoutOf, MOST, noteId, notesIn, notesOf } from "../document/layout";
import type { Position, Step, WorkflowDocument } from "../document/types";
import { arrange, withGroups } from "./arrange";
import type { Command } from "./command";
import { addEdges } from "./edges";
import { putNodes } from "./nodes";
import { renamedIn } from "./rename-key";
import { sequence } from "./sequence";

/** Steps from the clipboard (the export's own form) under fresh keys; their expressions follow the new keys. A copy stays
 * in the loop of its original, where that is here. Notes and groups come along, as many as there is room for. */
export function paste(
  doc: WorkflowDocument,
  copied: Clipped,
  by: Position,
  isLoop: (key: string) => boolean = () => false,
): { command: Command; keys: string[] } {
  const keys = new Map<string, string>();
  for (const step of copied.nodes) keys.set(step.key, freshKey(doc, step.key, new Set(keys.values())));
  const to = (key: string): string => keys.get(key) ?? key;
  const nodes = copied.nodes.map((step) => {
    let config = step.config;
    for (const [old, fresh] of keys) config = renamedIn(config, old, fresh);
    const parent = step.parent ? (keys.get(step.parent) ?? (isLoop(step.parent) ? step.parent : null)) : null;
    const at = step.position ?? { x: 0, y: 0 };
    const { parent: _old, ...rest } = step;
    return {
      ...rest,
      ...(parent && { parent }),
      key: to(step.key),
      config,
      position: { x: at.x + by.x, y: at.y + by.y },
    } as Step;
  });
  const edges = copied.edges
    .filter((edge) => keys.has(edge.from) && keys.has(edge.to))
    .map((edge) => ({ ...edge, from: to(edge.from), to: to(edge.to) }));
  const put = putNodes(nodes.map((item, index) => ({ at: doc.nodes.length + index, item })));
  const { layout, ids } = beside(doc, copied.layout ?? {}, by, keys);
  const all = [put, addEdges(edges), ...(ids.length || layout.collapsed ? [arrange(layout, LABEL)] : [])];
  return { command: withGroups(sequence(LABEL, all)), keys: [...keys.values(), ...ids] };
}

const LABEL = "command.paste";

/** The document's notes, groups and collapsed loops with the copied ones, and what these are selected by. */
function beside(
  doc: WorkflowDocument,
  copied: Layout,
  by: Position,
  keys: ReadonlyMap<string, string>,
): { layout: Layout; ids: string[] } {
  const here = (all: readonly string[]): string[] => all.flatMap((key) => keys.get(key) ?? []);
  const moved = notesIn(copied).map((note) => ({ ...note, x: note.x + by.x, y: note.y + by.y }));
  const named = (copied.groups ?? []).map((group) => ({ ...group, steps: here(group.steps) }));
  const notes = freshly(notesOf(doc), moved.slice(0, MOST.notes - notesOf(doc).length), "note");
  const whole = named.filter((group) => group.steps.length > 0);
  const groups = freshly(groupsOf(doc), whole.slice(0, MOST.groups - groupsOf(doc).length), "group");
  const collapsed = here(copied.collapsed ?? []);
  return {
    layout: {
      ...(notes.length && { notes: [...(layoutOf(doc).notes ?? []), ...notes] }),
      ...(groups.length && { groups: [...groupsOf(doc), ...groups] }),
      ...(collapsed.length && { collapsed: [...(layoutOf(doc).collapsed ?? []), ...collapsed] }),
    },
    ids: [...groups.map((one) => groupId(one.id)), ...notes.map((one) => noteId(one.id))],
  };
}
