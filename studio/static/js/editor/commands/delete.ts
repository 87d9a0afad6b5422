import { bodyOf } from "../document/read";
import type { Edge, WorkflowDocument } from "../document/types";
import { withGroups } from "./arrange";
import type { Command } from "./command";
import { addEdges, dropEdges } from "./edges";
import { dropNodes } from "./nodes";
import { sequence } from "./sequence";

/** Steps (a loop with its body) and edges at once. One step between two others leaves them joined. */
export function remove(doc: WorkflowDocument, keys: readonly string[], edges: readonly Edge[] = []): Command {
  const gone = new Set(keys.flatMap((key) => [key, ...bodyOf(doc, key).map((n) => n.key)]));
  const loose = doc.edges.filter((edge) => gone.has(edge.from) || gone.has(edge.to));
  const bridge = keys.length === 1 && gone.size === 1 ? bridgeOver(doc, keys[0] as string) : [];
  return withGroups(
    sequence("command.delete", [dropEdges([...loose, ...edges]), dropNodes([...gone]), addEdges(bridge)]),
  );
}

function bridgeOver(doc: WorkflowDocument, key: string): Edge[] {
  const before = doc.edges.filter((edge) => edge.to === key);
  const after = doc.edges.filter((edge) => edge.from === key);
  const [one, other] = [before[0], after[0]];
  if (before.length !== 1 || after.length !== 1 || !one || !other) return [];
  return [{ from: one.from, port: one.port, to: other.to }];
}
