// Steps, notes and groups that are copied, pasted and duplicated, in the export's own form.
import { paste } from "../commands/paste";
import type { Clipped } from "../document/clipped";
import { allIds, layoutWith, notesIn, stepsIn } from "../document/layout";
import { bodyOf, stepOf } from "../document/read";
import { besides } from "./places";
import type { Session } from "./session";

export class Clipboard {
  constructor(private readonly session: Session) {}

  duplicate(): void {
    const { selected } = this.session.state;
    const copied = this.copied(selected);
    if (copied) this.paste(copied);
  }

  /** The chosen steps, a loop with its body, the lines between them, and the notes and groups that are chosen. */
  copied(keys: readonly string[]): (Clipped & { readonly schema: string }) | null {
    const { doc } = this.session.state;
    const all = new Set(stepsIn(doc, keys).flatMap((key) => [key, ...bodyOf(doc, key).map((n) => n.key)]));
    const nodes = doc.nodes.filter((n) => all.has(n.key));
    const layout = layoutWith(doc, keys, all);
    if (nodes.length === 0 && !layout?.notes) return null;
    const edges = doc.edges.filter((edge) => all.has(edge.from) && all.has(edge.to));
    return { schema: doc.schema, nodes, edges, ...(layout && { layout }) };
  }

  /** Where they cover nothing, near where they were; inside the same loop, where this workflow has it. */
  paste(clipped: Clipped): void {
    const { session } = this;
    const { doc } = session.state;
    const nodes = clipped.nodes.filter((n) => session.types.of(n.type));
    const isLoop = (key: string): boolean => session.types.isLoop(stepOf(doc, key)?.type ?? "");
    const by = besides(doc, nodes, notesIn(clipped.layout ?? {}));
    const { command, keys } = paste(doc, { ...clipped, nodes }, by, isLoop);
    if (keys.length === 0) return;
    session.do(command);
    const there = new Set(allIds(session.state.doc));
    session.select(keys.filter((key) => there.has(key)));
    session.camera?.show(keys.slice(0, 1));
  }
}
