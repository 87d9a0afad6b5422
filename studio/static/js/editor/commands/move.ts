import type { Position } from "../document/types";
import type { Command } from "./command";

/** Move steps to places. Layout is not logic: the workflow stays unchanged. */
export function move(places: ReadonlyMap<string, Position | undefined>, label = "command.move"): Command {
  return {
    label,
    layout: true,
    apply(doc) {
      const before = new Map<string, Position | undefined>();
      const nodes = doc.nodes.map((n) => {
        if (!places.has(n.key)) return n;
        before.set(n.key, n.position);
        const { position: _old, ...rest } = n;
        const place = places.get(n.key);
        return { ...rest, ...(place && { position: place }) } as typeof n;
      });
      return [{ ...doc, nodes }, move(before, label)];
    },
  };
}
