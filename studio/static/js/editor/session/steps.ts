// The verbs for steps and the lines between them: each one command, whatever gesture asked for it.
import { t, tIfKnown } from "../../i18n/t";
import type { Gate, NodeTypeInfo } from "../api/types";
import { looksOf } from "../canvas/adapter";
import { arranged } from "../canvas/tidying";
import { addStep, insertBefore, insertOnEdge } from "../commands/add-step";
import type { Command } from "../commands/command";
import { remove } from "../commands/delete";
import { addEdges, dropEdges } from "../commands/edges";
import { move } from "../commands/move";
import { reparent } from "../commands/reparent";
import { sequence } from "../commands/sequence";
import { freshKey } from "../document/keys";
import { bodyOf, edgeId, edgesFrom, stepOf } from "../document/read";
import { BODY_PORT, type Edge, type Position, type Step } from "../document/types";
import { mayConnect } from "../rules/may-connect";
import { freePort, portsOf } from "./catalogue";
import { roomBelow, roomFor } from "./places";
import type { Session } from "./session";
import type { Place } from "./state";

export class Steps {
  constructor(private readonly session: Session) {}

  private made(type: NodeTypeInfo, position: Position, parent: string | null): Step {
    return {
      key: freshKey(this.session.state.doc, type.key),
      type: type.key,
      version: type.version,
      name: type.title,
      config: {},
      position,
      ...(parent !== null && { parent }),
    };
  }

  /** From the palette by click or Enter: behind the selected step, else where there is room. */
  add(type: NodeTypeInfo): void {
    const { doc, selected, infos } = this.session.state;
    const after = selected.length === 1 ? stepOf(doc, selected[0] as string) : undefined;
    const last = after ?? (type.kind === "trigger" ? undefined : this.onlyOpenEnd());
    if (!last || type.kind === "trigger") {
      this.addAt(type, roomFor(doc, this.session.camera?.center() ?? { x: 0, y: 0 }), null);
      return;
    }
    const ports = portsOf(last, this.session.types, infos);
    const port = freePort(doc, last, ports);
    if (port !== undefined) this.addBehind(type, last.key, port);
    else {
      const edge = edgesFrom(doc, last.key, ports[0])[0];
      if (edge) this.insert(type, edge);
      else this.addAt(type, roomBelow(doc, last), last.parent ?? null);
    }
  }

  /** With nothing selected, the one step that nothing follows yet: what a person who just goes on means. */
  private onlyOpenEnd(): Step | undefined {
    const { doc, infos } = this.session.state;
    const open = doc.nodes.filter(
      (n) => portsOf(n, this.session.types, infos).length > 0 && edgesFrom(doc, n.key).length === 0,
    );
    return open.length === 1 ? open[0] : undefined;
  }

  addAt(type: NodeTypeInfo, position: Position, parent: string | null): void {
    const { doc } = this.session.state;
    const step = this.made(type, position, type.kind === "trigger" ? null : parent);
    const first = step.parent && edgesFrom(doc, step.parent, BODY_PORT).length === 0;
    this.session.do(addStep(doc, step, first ? { from: step.parent as string, port: BODY_PORT } : undefined));
    this.shown(step.key);
  }

  addBehind(type: NodeTypeInfo, from: string, port: string): void {
    const { doc, infos } = this.session.state;
    const before = stepOf(doc, from);
    if (!before) return;
    if (type.kind === "trigger") {
      this.session.say(t("refused.graph.into_trigger"), "bad");
      return;
    }
    const intoBody = port === BODY_PORT && this.session.types.isLoop(before.type);
    const ports = portsOf(before, this.session.types, infos);
    const step = this.made(
      type,
      roomBelow(doc, before, ports, port, intoBody),
      intoBody ? from : (before.parent ?? null),
    );
    this.session.do(addStep(doc, step, { from, port }));
    this.shown(step.key);
  }

  insert(type: NodeTypeInfo, edge: Edge): void {
    const { doc } = this.session.state;
    const [from, to] = [stepOf(doc, edge.from), stepOf(doc, edge.to)];
    if (!from || !to || type.kind === "trigger") return;
    const step = this.made(type, to.position ?? { x: 0, y: 0 }, to.parent ?? null);
    const insert = insertOnEdge(doc, step, edge, type.ports[0]);
    this.session.do(sequence("command.insert", [move(this.pushedDown(edge)), insert]));
    this.shown(step.key);
  }

  /** The gate that a problem asks for, on every way to its step; one undo takes it away. */
  insertGate(gate: Gate, key: string): void {
    const { doc } = this.session.state;
    const type = this.session.types.of(gate.type);
    const before = stepOf(doc, key);
    if (!type || !before) return;
    const step = {
      ...this.made(type, before.position ?? { x: 0, y: 0 }, before.parent ?? null),
      config: gate.config as Step["config"],
    };
    const down = move(this.pushedDown({ from: step.key, port: gate.port, to: key }));
    this.session.do(sequence("command.insert", [down, insertBefore(doc, step, key, gate.port)]));
    this.shown(step.key);
  }

  /** Everything behind an edge, moved down by one row, so that a step fits in. */
  private pushedDown(edge: Edge): Map<string, Position> {
    const { doc } = this.session.state;
    const moved = new Map<string, Position>();
    const left = [edge.to];
    for (let key = left.pop(); key !== undefined; key = left.pop()) {
      const step = stepOf(doc, key);
      if (!step || moved.has(key)) continue;
      const at = step.position ?? { x: 0, y: 0 };
      moved.set(key, { x: at.x, y: at.y + 120 });
      left.push(...edgesFrom(doc, key).map((next) => next.to), ...bodyOf(doc, key).map((n) => n.key));
    }
    return moved;
  }

  place(type: NodeTypeInfo, place: Place): void {
    if (place.kind === "behind") this.addBehind(type, place.from, place.port);
    else this.insert(type, place.edge);
    this.session.store.set({ quickAdd: null });
  }

  connect(edge: Edge): void {
    const refused = mayConnect(this.session.state.doc, edge, this.session.types);
    if (refused === null) this.session.do(addEdges([edge]));
    else this.session.say(tIfKnown(`refused.${refused}`, refused), "bad");
  }

  disconnect(edge: Edge): void {
    this.session.do(dropEdges([edge]));
  }

  deleteSelection(): void {
    const { doc, selected, selectedEdges } = this.session.state;
    const edges = doc.edges.filter((edge) => selectedEdges.includes(edgeId(edge)));
    if (selected.length === 0 && edges.length === 0) return;
    this.session.do(remove(doc, selected, edges));
    this.session.say(t("toast.deleted", { n: selected.length || edges.length }), "plain");
  }

  moveTo(places: ReadonlyMap<string, Position>, parents: ReadonlyMap<string, string | null> = new Map()): void {
    const { doc } = this.session.state;
    const moved = move(places);
    if (parents.size === 0) {
      this.session.do(moved);
      return;
    }
    let next = moved.apply(doc)[0];
    const commands: Command[] = [moved];
    for (const [key, parent] of parents) {
      const command = reparent(next, key, parent);
      commands.push(command);
      next = command.apply(next)[0];
    }
    this.session.do(sequence("command.move", commands));
  }

  /** The whole canvas, or several selected steps. */
  async tidy(): Promise<void> {
    const { session } = this;
    const { doc, selected, infos } = session.state;
    const only = selected.length > 1 ? new Set(selected) : null;
    const places = await arranged(session.boot.urls.tidy, doc, looksOf(doc, session.types, infos), only);
    session.do(move(places, "command.tidy"));
    session.camera?.show([]);
  }

  /** Where "add after" would hang a step: the first free port, else the first. */
  firstPort(key: string): string | undefined {
    const { doc, infos } = this.session.state;
    const step = stepOf(doc, key);
    if (!step) return undefined;
    const ports = portsOf(step, this.session.types, infos);
    return freePort(doc, step, ports) ?? ports[0];
  }

  /** A new step: selected, its form open, in view. */
  private shown(key: string): void {
    this.session.select([key]);
    this.session.tab("setup");
    this.session.camera?.show([key]);
  }
}
