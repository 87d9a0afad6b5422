// Put steps in and take them out: each the other's inverse, so both stand here. Places are kept, so that undoing gives
// the same document and not only an equal graph.
import type { Step } from "../document/types";
import type { Command } from "./command";

export interface Placed<T> {
  readonly at: number;
  readonly item: T;
}

export function putNodes(placed: readonly Placed<Step>[]): Command {
  return {
    label: "command.add",
    apply(doc) {
      const nodes = [...doc.nodes];
      for (const { at, item } of placed) nodes.splice(at, 0, item);
      return [{ ...doc, nodes }, dropNodes(placed.map(({ item }) => item.key))];
    },
  };
}

/** Takes out the steps alone; their edges go by `dropEdges` before. */
export function dropNodes(keys: readonly string[]): Command {
  return {
    label: "command.delete",
    apply(doc) {
      const gone = doc.nodes.flatMap((item, at) => (keys.includes(item.key) ? [{ at, item }] : []));
      return [{ ...doc, nodes: doc.nodes.filter((n) => !keys.includes(n.key)) }, putNodes(gone)];
    },
  };
}
