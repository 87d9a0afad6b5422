import { type Layout, layoutOf } from "../document/layout";
import type { Json, JsonObject, WorkflowDocument } from "../document/types";
import type { Command } from "./command";

/** Give a step another key; edges, bodies and expressions follow. */
export function renameKey(old: string, fresh: string): Command {
  return {
    label: "command.key",
    apply(doc): [WorkflowDocument, Command] {
      const to = (key: string): string => (key === old ? fresh : key);
      const nodes = doc.nodes.map((n) => ({
        ...n,
        key: to(n.key),
        ...(n.parent && { parent: to(n.parent) }),
        config: renamedIn(n.config, old, fresh),
      }));
      const edges = doc.edges.map((edge) => ({ ...edge, from: to(edge.from), to: to(edge.to) }));
      const layout = renamedLayout(layoutOf(doc), to);
      return [{ ...doc, nodes, edges, ...(doc.layout !== undefined && { layout }) }, restore(doc)];
    },
  };
}

const renamedLayout = (layout: Layout, to: (key: string) => string): Layout => ({
  ...layout,
  ...(layout.groups && { groups: layout.groups.map((group) => ({ ...group, steps: group.steps.map(to) })) }),
  ...(layout.collapsed && { collapsed: layout.collapsed.map(to) }),
});

/** The way back is the document itself: a new key may have stood in a text before, so renaming back could change more. */
function restore(before: WorkflowDocument): Command {
  return {
    label: "command.key",
    apply: (doc) => [before, restore(doc)],
  };
}

/** `steps.old` in every text of a config becomes `steps.fresh`. */
export function renamedIn(config: JsonObject, old: string, fresh: string): JsonObject {
  const reference = new RegExp(`\\bsteps\\.${old}\\b`, "g");
  const walk = (value: Json): Json => {
    if (typeof value === "string") return value.replace(reference, `steps.${fresh}`);
    if (Array.isArray(value)) return value.map(walk);
    if (value !== null && typeof value === "object")
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item)]));
    return value;
  };
  return walk(config) as JsonObject;
}
