// The verbs for steps and the lines between them: each one command, whatever gesture asked for it.
import { t, tIfKnown } from "../../i18n/t";
import type { Fix, Gate, NodeTypeInfo } from "../api/types";
import { looksOf, widthOf } from "../canvas/adapter";
import { boxesOf } from "../canvas/boxes";
import { arranged } from "../canvas/tidying";
import { addStep, insertBefore, insertOnEdge } from "../commands/add-step";
import { arrange } from "../commands/arrange";
import type { Command } from "../commands/command";
import { remove } from "../commands/delete";
import { addEdges, dropEdges } from "../commands/edges";
import { exchange } from "../commands/exchange";
import { mend } from "../commands/mend";
import { move } from "../commands/move";
import { reparent } from "../commands/reparent";
import { sequence } from "../commands/sequence";
import { freshKey } from "../document/keys";
import { groupAt, groupId, groupsOf, groupWith, noteAt, noteId, notesOf, stepsIn } from "../document/layout";
import { bodyOf, edgeId, edgesFrom, stepOf } from "../document/read";
import { BODY_PORT, type Edge, type Position, type Step } from "../document/types";
import { fitting } from "../rules/action-form";
import { aligned, type Side } from "../rules/align";
import { mayConnect } from "../rules/may-connect";
import { notesBeside } from "./arrangement";
import { freePort, portsOf } from "./catalogue";
import { roomBelow, roomFor } from "./places";
import type { Session } from "./session";
import type { Place } from "./state";

/** Most of what fails at other systems passes within a minute. What they refuse for good is never tried again. */
const USUAL_RETRY = { attempts: 5 };

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
      ...(type.effect === "outside" && { retry: USUAL_RETRY }),
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
    const group = groupWith(doc, edge.from);
    // between two steps of a group, it is one of them
    const join =
      group && group === groupWith(doc, edge.to)
        ? [arrange(this.session.arrangement.regrouped(doc, [[step.key, group.id]]), "command.insert")]
        : [];
    this.session.do(sequence("command.insert", [move(this.pushedDown(edge)), insert, ...join]));
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

  /** What the server says mends a problem; one undo takes it back. */
  mend(fix: Fix): void {
    this.session.do(mend(this.session.state.doc, fix.edits));
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
    else if (place.kind === "instead") this.replace(place.key, type);
    else this.insert(type, place.edge);
    this.session.store.set({ quickAdd: null });
  }

  /** What a step may be replaced by: triggers by triggers, and a loop with a body by another loop. */
  replaceable(key: string): readonly NodeTypeInfo[] {
    const { types } = this.session;
    const { doc } = this.session.state;
    const step = stepOf(doc, key);
    if (!step) return [];
    const holds = types.isLoop(step.type) && bodyOf(doc, key).length > 0;
    return types.all.filter(
      (type) =>
        type.key !== step.type && (type.kind === "trigger") === types.isTrigger(step.type) && (!holds || type.is_loop),
    );
  }

  /** Settings that the new type has as well keep their values; a name of one's own stays. */
  replace(key: string, type: NodeTypeInfo): void {
    const { doc } = this.session.state;
    const step = stepOf(doc, key);
    if (!step || !this.replaceable(key).includes(type)) return;
    const name = step.name === this.session.types.of(step.type)?.title ? type.title : step.name;
    const config = fitting(step.config, type.schema);
    const made = { type: type.key, version: type.version, name, config };
    this.session.do(exchange(doc, step, made, type.ports));
    this.shown(key);
  }

  connect(edge: Edge): void {
    const refused = mayConnect(this.session.state.doc, edge, this.session.types);
    if (refused === null) this.session.do(addEdges([edge]));
    else this.session.say(tIfKnown(`refused.${refused}`, refused), "bad");
  }

  disconnect(edge: Edge): void {
    this.session.do(dropEdges([edge]));
  }

  /** Of a group the frame goes and the steps stay. */
  deleteSelection(): void {
    const { doc, selected, selectedEdges } = this.session.state;
    const edges = doc.edges.filter((edge) => selectedEdges.includes(edgeId(edge)));
    const keys = selected.filter((id) => stepOf(doc, id));
    const ids = new Set(selected.filter((id) => !keys.includes(id)));
    if (selected.length === 0 && edges.length === 0) return;
    const commands: Command[] = keys.length || edges.length ? [remove(doc, keys, edges)] : [];
    if (ids.size) {
      const groups = groupsOf(doc).filter((group) => !ids.has(groupId(group.id)));
      const notes = notesOf(doc).filter((note) => !ids.has(noteId(note.id)));
      commands.unshift(arrange({ groups, notes }, "command.delete"));
    }
    this.session.do(sequence("command.delete", commands, { layout: keys.length === 0 && edges.length === 0 }));
    const grouped = selected.some((id) => groupAt(doc, id));
    if (grouped && keys.length === 0) this.session.say(t("toast.ungrouped"), "plain");
    else this.session.say(t("toast.deleted", { n: selected.length || edges.length }), "plain");
  }

  /** Steps and notes to places, in one command; steps into other loops and groups where they came to stand there. */
  moveTo(
    places: ReadonlyMap<string, Position>,
    parents: ReadonlyMap<string, string | null> = new Map(),
    groups: ReadonlyMap<string, string | null> = new Map(),
    label = "command.move",
  ): void {
    const { doc } = this.session.state;
    const { arrangement } = this.session;
    const commands: Command[] = [move(places)];
    const notes = arrangement.movedNotes(doc, places);
    if (notes) commands.push(arrange(notes, "command.move"));
    let next = sequence("command.move", commands).apply(doc)[0];
    const add = (command: Command): void => {
      commands.push(command);
      next = command.apply(next)[0];
    };
    for (const [key, parent] of parents) add(reparent(next, key, parent));
    if (groups.size) add(arrange(arrangement.regrouped(next, groups), "command.move"));
    this.session.do(sequence(label, commands, { layout: parents.size === 0 }));
  }

  /** Cards, boxes and notes that are selected, by their sides or by equal gaps. */
  align(side: Side): void {
    const { doc, selected, infos } = this.session.state;
    const boxes = boxesOf(doc, this.session.types.isLoop, (step) => widthOf(step, this.session.types, infos));
    const ids = new Set(selected);
    // what stands in a selected loop or group goes with it
    const outer = selected.filter((id) => {
      const group = groupWith(doc, id);
      const loops = selected.some((other) => other !== id && bodyOf(doc, other).some((n) => n.key === id));
      return !loops && !(group && ids.has(groupId(group.id)));
    });
    const found = outer.flatMap((id) => {
      const box = boxes.get(id) ?? noteAt(doc, id);
      return box ? [[id, box] as const] : [];
    });
    const places = new Map<string, Position>();
    for (const [id, by] of aligned(new Map(found), side)) {
      const note = noteAt(doc, id);
      if (note) places.set(id, { x: note.x + by.x, y: note.y + by.y });
      for (const key of stepsIn(doc, [id]).flatMap((one) => [one, ...bodyOf(doc, one).map((n) => n.key)])) {
        const at = stepOf(doc, key)?.position ?? { x: 0, y: 0 };
        if (stepOf(doc, key)) places.set(key, { x: at.x + by.x, y: at.y + by.y });
      }
    }
    if (places.size) this.moveTo(places, new Map(), new Map(), "command.align");
  }

  /** The whole canvas, or several selected steps. */
  async tidy(): Promise<void> {
    const { session } = this;
    const { doc, selected, infos } = session.state;
    const chosen = stepsIn(doc, selected);
    const only = selected.length > 1 || chosen.length > 1 ? new Set(chosen) : null;
    const places = await arranged(session.boot.urls.tidy, doc, looksOf(doc, session.types, infos), only);
    const notes = session.arrangement.movedNotes(doc, notesBeside(doc, places));
    const commands = [move(places, "command.tidy"), ...(notes ? [arrange(notes, "command.tidy")] : [])];
    session.do(sequence("command.tidy", commands, { layout: true }));
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
