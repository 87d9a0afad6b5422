// Put edges in and take them out: each the other's inverse.
import { sameEdge } from "../document/read";
import type { Edge, WorkflowDocument } from "../document/types";
import type { Command } from "./command";
import type { Placed } from "./nodes";

export function putEdges(placed: readonly Placed<Edge>[]): Command {
  return {
    label: "command.connect",
    apply(doc) {
      const edges = [...doc.edges];
      for (const { at, item } of placed) edges.splice(at, 0, item);
      return [{ ...doc, edges }, dropEdges(placed.map(({ item }) => item))];
    },
  };
}

export function dropEdges(gone: readonly Edge[]): Command {
  const leaves = (edge: Edge): boolean => gone.some((other) => sameEdge(edge, other));
  return {
    label: "command.disconnect",
    apply(doc: WorkflowDocument) {
      const placed = doc.edges.flatMap((item, at) => (leaves(item) ? [{ at, item }] : []));
      return [{ ...doc, edges: doc.edges.filter((edge) => !leaves(edge)) }, putEdges(placed)];
    },
  };
}

/** New edges behind the ones that are there; what exists already is left as it is. */
export function addEdges(edges: readonly Edge[]): Command {
  return {
    label: "command.connect",
    apply(doc) {
      const fresh = edges.filter((edge) => !doc.edges.some((other) => sameEdge(edge, other)));
      return putEdges(fresh.map((item, index) => ({ at: doc.edges.length + index, item }))).apply(doc);
    },
  };
}
