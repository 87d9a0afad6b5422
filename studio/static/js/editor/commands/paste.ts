import { freshKey } from "../document/keys";
import type { Edge, Position, Step, WorkflowDocument } from "../document/types";
import type { Command } from "./command";
import { addEdges } from "./edges";
import { putNodes } from "./nodes";
import { renamedIn } from "./rename-key";
import { sequence } from "./sequence";

/** Steps from the clipboard (the export's own form) under fresh keys; their expressions follow the new keys. A copy stays
 * in the loop of its original, where that is here. */
export function paste(
  doc: WorkflowDocument,
  copied: { nodes: readonly Step[]; edges: readonly Edge[] },
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
  return { command: sequence("command.paste", [put, addEdges(edges)]), keys: [...keys.values()] };
}
