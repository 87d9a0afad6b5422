// Steps that are copied, pasted and duplicated, in the export's own form.
import { paste } from "../commands/paste";
import type { Clipped } from "../document/clipped";
import { stepsIn } from "../document/layout";
import { bodyOf, stepOf } from "../document/read";
import type { Edge, Step } from "../document/types";
import { besides } from "./places";
import type { Session } from "./session";

export class Clipboard {
  constructor(private readonly session: Session) {}

  duplicate(): void {
    const { selected } = this.session.state;
    const copied = this.copied(selected);
    if (copied) this.paste(copied);
  }

  /** The chosen steps, a loop with its body, and the lines between them. */
  copied(keys: readonly string[]): { schema: string; nodes: Step[]; edges: Edge[] } | null {
    const { doc } = this.session.state;
    const all = new Set(stepsIn(doc, keys).flatMap((key) => [key, ...bodyOf(doc, key).map((n) => n.key)]));
    const nodes = doc.nodes.filter((n) => all.has(n.key));
    if (nodes.length === 0) return null;
    return { schema: doc.schema, nodes, edges: doc.edges.filter((edge) => all.has(edge.from) && all.has(edge.to)) };
  }

  /** Where they cover nothing, near where they were; inside the same loop, where this workflow has it. */
  paste(clipped: Clipped): void {
    const { session } = this;
    const { doc } = session.state;
    const nodes = clipped.nodes.filter((n) => session.types.of(n.type));
    const isLoop = (key: string): boolean => session.types.isLoop(stepOf(doc, key)?.type ?? "");
    const by = besides(doc, nodes);
    const { command, keys } = paste(doc, { nodes, edges: clipped.edges }, by, isLoop);
    if (keys.length === 0) return;
    session.do(command);
    session.select(keys);
    session.camera?.show(keys.slice(0, 1));
  }
}
