import { bodyOf } from "../document/read";
import { BODY_PORT, type Edge, type WorkflowDocument } from "../document/types";
import { withGroups } from "./arrange";
import type { Command } from "./command";
import { addEdges, dropEdges } from "./edges";
import { sequence } from "./sequence";
import { setStep } from "./set-step";

/** Move a step into a loop's body, or out of one. Edges that would cross the body's border go; the first step inside is
 * joined to the loop. */
export function reparent(doc: WorkflowDocument, key: string, parent: string | null): Command {
  const old = doc.nodes.find((n) => n.key === key)?.parent ?? null;
  if (old === parent || parent === key || bodyOf(doc, key).some((n) => n.key === parent))
    return sequence("command.move", []);
  const crossing = doc.edges.filter((edge) => touches(edge, key) && !stays(doc, edge, key, parent));
  const first = parent !== null && !doc.edges.some((edge) => edge.from === parent && edge.port === BODY_PORT);
  return withGroups(
    sequence(parent === null ? "command.out" : "command.into", [
      dropEdges(crossing),
      setStep(key, { parent: parent ?? undefined }),
      addEdges(first ? [{ from: parent, port: BODY_PORT, to: key }] : []),
    ]),
  );
}

const touches = (edge: Edge, key: string): boolean => edge.from === key || edge.to === key;

/** Only edges to steps of the new body (or from its loop's own port) may stay. A loop's edges into its own body stay. */
function stays(doc: WorkflowDocument, edge: Edge, key: string, parent: string | null): boolean {
  const other = edge.from === key ? edge.to : edge.from;
  const home = doc.nodes.find((n) => n.key === other)?.parent ?? null;
  if (edge.from === key && edge.port === BODY_PORT && home === key) return true;
  if (edge.from === parent && edge.port === BODY_PORT) return true;
  return home === parent && edge.port !== BODY_PORT;
}
