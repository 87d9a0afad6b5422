// May this port lead to that step? The server's own answers, under the same codes, so that a wrong line is refused while
// it is drawn and not only after the save.
import { reaches, sameEdge, stepOf } from "../document/read";
import { BODY_PORT, type Edge, type WorkflowDocument } from "../document/types";

export type Refusal =
  | "graph.itself"
  | "graph.duplicate_edge"
  | "graph.into_trigger"
  | "graph.crosses_body"
  | "graph.cycle";

export interface Kinds {
  isTrigger(type: string): boolean;
  isLoop(type: string): boolean;
}

/** Null where it may. */
export function mayConnect(doc: WorkflowDocument, edge: Edge, kinds: Kinds): Refusal | null {
  const from = stepOf(doc, edge.from);
  const to = stepOf(doc, edge.to);
  if (!from || !to || from === to) return "graph.itself";
  if (doc.edges.some((other) => sameEdge(other, edge))) return "graph.duplicate_edge";
  if (kinds.isTrigger(to.type)) return "graph.into_trigger";
  const intoBody = edge.port === BODY_PORT && kinds.isLoop(from.type);
  const home = intoBody ? from.key : (from.parent ?? null);
  if ((to.parent ?? null) !== home) return "graph.crosses_body";
  if (reaches(doc, to.key, from.key)) return "graph.cycle";
  return null;
}
