// Lines under the keys: the one that is selected alone is the one that is walked on. No line is an element of its own
// for it; what is said of it stands in the page's own announcements.
import { t } from "../../i18n/t";
import { otherEnd, walk } from "../canvas/walk";
import { edgeId, stepOf } from "../document/read";
import type { Edge } from "../document/types";
import { portName, portsOf } from "./catalogue";
import type { Session } from "./session";

export class Lines {
  constructor(private readonly session: Session) {}

  /** The line that the keys are about; null: none, or several things are selected. */
  get current(): Edge | null {
    const { doc, selected, selectedEdges } = this.session.state;
    const [id, more] = selectedEdges;
    if (id === undefined || more !== undefined || selected.length > 0) return null;
    return doc.edges.find((edge) => edgeId(edge) === id) ?? null;
  }

  /** The line of the keys, where it ends at this step. */
  at(key: string): Edge | null {
    const line = this.current;
    return line && (line.from === key || line.to === key) ? line : null;
  }

  /** On to the next line of a step, or back to the one before. */
  walk(key: string, by: 1 | -1): void {
    const { session } = this;
    const { doc, infos } = session.state;
    const step = stepOf(doc, key);
    if (!step) return;
    const before = this.at(key);
    const found = walk(doc, key, portsOf(step, session.types, infos), before && edgeId(before), by);
    if (!found) {
      session.say(t("line.none", { step: step.name }), "plain");
      return;
    }
    session.select([], [edgeId(found.edge)]);
    session.camera?.focus(key); // the keys that are about the line are heard at a step of it
    session.say(this.spoken(found.edge, found.at, found.of), "plain");
  }

  /** To the step at its other end, which is selected then. */
  follow(edge: Edge, key: string): void {
    this.session.show(otherEnd(edge, key));
  }

  private spoken(edge: Edge, at: number, of: number): string {
    const { doc, infos } = this.session.state;
    const [from, to] = [stepOf(doc, edge.from), stepOf(doc, edge.to)];
    const port = from ? portName(from, edge.port, this.session.types, infos) : edge.port;
    return t("line.spoken", { from: from?.name ?? edge.from, port, to: to?.name ?? edge.to, at, of });
  }
}
