// What a collapsed group or loop hides, and where the lines of what it hides lead instead.
import { groupId, groupsOf, layoutOf } from "../document/layout";
import { edgeId } from "../document/read";
import type { Edge, WorkflowDocument } from "../document/types";

/** Who stands on the canvas for a step: itself, or the outermost card that hides it. */
export function standIns(doc: WorkflowDocument): (key: string) => string {
  const collapsed = new Set(layoutOf(doc).collapsed ?? []);
  const folded = new Map(
    groupsOf(doc).flatMap((group) => (group.collapsed ? group.steps.map((key) => [key, groupId(group.id)]) : [])),
  );
  if (collapsed.size === 0 && folded.size === 0) return (key) => key;
  const parents = new Map(doc.nodes.map((n) => [n.key, n.parent ?? null]));
  const known = new Map<string, string>();
  const find = (key: string): string => {
    const before = known.get(key);
    if (before !== undefined) return before;
    known.set(key, key); // stands even if parents form a circle
    const parent = parents.get(key) ?? null;
    let found = folded.get(key) ?? key;
    if (parent !== null) {
      const outer = find(parent);
      if (outer !== parent) found = outer;
      else if (collapsed.has(parent)) found = parent;
    }
    known.set(key, found);
    return found;
  };
  return find;
}

export interface Line {
  readonly id: string;
  readonly source: string;
  readonly port: string;
  readonly target: string;
  /** The first of those that are drawn as this one. */
  readonly edge: Edge;
  /** Drawn in place of lines that lead into or out of a collapsed card. */
  readonly folded: boolean;
}

/** The lines that are drawn: those between hidden steps are not, those to hidden steps lead to the card, once each. */
export function linesOf(doc: WorkflowDocument, standIn: (key: string) => string): Line[] {
  const lines = new Map<string, Line>();
  for (const edge of doc.edges) {
    const [source, target] = [standIn(edge.from), standIn(edge.to)];
    if (source === edge.from && target === edge.to) {
      const id = edgeId(edge);
      lines.set(id, { id, source, port: edge.port, target, edge, folded: false });
    } else if (source !== target) {
      const port = source === edge.from ? edge.port : "out";
      const id = `fold:${source}/${port}/${target}`;
      if (!lines.has(id)) lines.set(id, { id, source, port, target, edge, folded: true });
    }
  }
  return [...lines.values()];
}
