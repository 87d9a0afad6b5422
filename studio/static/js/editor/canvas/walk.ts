// From line to line of one step: those that lead out of it, port by port, then those that lead into it. Pure.
import { edgeId, edgesFrom, edgesInto, sameEdge } from "../document/read";
import { type Edge, ERROR_PORT, type WorkflowDocument } from "../document/types";
import { standIns } from "./folded";

export interface Walked {
  readonly edge: Edge;
  /** 1, 2, 3, … */
  readonly at: number;
  readonly of: number;
}

/** Those that are drawn: a line that ends in a collapsed card is reached once that is open. */
export function linesAt(doc: WorkflowDocument, key: string, ports: readonly string[]): Edge[] {
  const standIn = standIns(doc);
  const order = [...ports, ERROR_PORT];
  const rank = (edge: Edge): number => (order.includes(edge.port) ? order.indexOf(edge.port) : order.length);
  const out = edgesFrom(doc, key).sort((a, b) => rank(a) - rank(b));
  const into = edgesInto(doc, key).filter((edge) => !out.some((one) => sameEdge(one, edge)));
  return [...out, ...into].filter((edge) => standIn(edge.from) === edge.from && standIn(edge.to) === edge.to);
}

/** The next line of a step, or (-1) the one before; from none to the first, or the last; round and round. */
export function walk(
  doc: WorkflowDocument,
  key: string,
  ports: readonly string[],
  current: string | null,
  by: 1 | -1,
): Walked | null {
  const lines = linesAt(doc, key, ports);
  const at = lines.findIndex((edge) => edgeId(edge) === current);
  const next = at < 0 ? (by > 0 ? 0 : lines.length - 1) : (at + by + lines.length) % lines.length;
  const edge = lines[next];
  return edge ? { edge, at: next + 1, of: lines.length } : null;
}

/** Where a line leads that somebody stands at one end of. */
export const otherEnd = (edge: Edge, key: string): string => (edge.from === key ? edge.to : edge.from);
