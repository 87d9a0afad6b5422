// The editor's verbs. Panels and canvas call these and nothing else; each changes the document by one command.
import { t, tIfKnown } from "../../i18n/t";
import { Autosave } from "../api/autosave";
import { type Api, api, Refused, Unreachable } from "../api/client";
import type { Boot, Checked, NodeTypeInfo, Person, Problem, TestResult } from "../api/types";
import { looksOf } from "../canvas/adapter";
import { addStep, insertOnEdge } from "../commands/add-step";
import type { Command } from "../commands/command";
import { remove } from "../commands/delete";
import { addEdges, dropEdges } from "../commands/edges";
import { NOTHING, perform, redo, undo } from "../commands/history";
import { move } from "../commands/move";
import { paste } from "../commands/paste";
import { renameKey } from "../commands/rename-key";
import { reparent } from "../commands/reparent";
import { replace } from "../commands/replace";
import { sequence } from "../commands/sequence";
import { setStep } from "../commands/set-step";
import { setWorkflow } from "../commands/set-workflow";
import { freshKey } from "../document/keys";
import { sameLogic } from "../document/logic";
import { type Path, pathText, set } from "../document/paths";
import { bodyOf, edgeId, edgesFrom, stepOf } from "../document/read";
import { BODY_PORT, type Edge, type Json, type Position, type Step } from "../document/types";
import { mayConnect } from "../rules/may-connect";
import { type Catalogue, catalogue, freePort, portsOf } from "./catalogue";
import { roomBelow, roomFor } from "./places";
import type { Dialog, Place, State, Tab } from "./state";
import { Store } from "./store";

const UNDO_SHOWN_MS = 6_000;

export class Session {
  readonly store: Store<State>;
  readonly types: Catalogue;
  readonly api: Api;
  readonly people: readonly Person[];
  readonly secrets: readonly string[];
  private readonly autosave: Autosave;
  private toastTimer: ReturnType<typeof setTimeout> | undefined;
  /** Puts a path into the field that had the focus last; the data tree calls it. */
  insertIntoField: ((path: string) => void) | null = null;
  /** The canvas's own camera, set while it is shown. */
  camera: { center(): Position; show(keys: readonly string[]): void } | null = null;

  constructor(readonly boot: Boot) {
    this.types = catalogue(boot.node_types);
    this.people = boot.people;
    this.secrets = boot.secrets;
    this.api = api(boot.urls.api, boot.csrf);
    this.store = new Store<State>({
      doc: boot.document,
      history: NOTHING,
      selected: [],
      selectedEdges: [],
      problems: boot.problems,
      infos: boot.node_info,
      save: { kind: "saved", at: null },
      enabled: boot.workflow.enabled,
      published: boot.workflow.published_version,
      changed: boot.workflow.changed,
      test: null,
      view: "canvas",
      tab: "setup",
      dialog: null,
      quickAdd: null,
      toast: null,
      focus: null,
    });
    this.autosave = new Autosave(
      {
        document: () => this.state.doc,
        save: (revision, document, keepalive) => this.api.save(revision, document, keepalive),
        state: (save) => this.store.set({ save }),
        saved: (answer) => {
          this.checked(answer);
          this.store.set({ changed: answer.changed });
        },
      },
      boot.revision,
    );
  }

  get state(): State {
    return this.store.get();
  }

  // --- the document -------------------------------------------------------------------------

  do(command: Command): void {
    const { doc, history } = this.state;
    const next = perform(doc, history, command);
    if (sameDocument(next.doc, doc)) return;
    const changed = this.state.changed || !(command.layout || sameLogic(next.doc, doc));
    this.store.set({ ...next, changed, ...this.stillThere(next.doc) });
    this.autosave.touch();
  }

  undo(): void {
    this.travel(undo(this.state.doc, this.state.history));
  }

  redo(): void {
    this.travel(redo(this.state.doc, this.state.history));
  }

  private travel(to: { doc: State["doc"]; history: State["history"] } | null): void {
    if (!to) return;
    this.store.set({ ...to, ...this.stillThere(to.doc) });
    this.autosave.touch();
  }

  /** The selection without what is gone. */
  private stillThere(doc: State["doc"]): Pick<State, "selected" | "selectedEdges"> {
    const { selected, selectedEdges } = this.state;
    const keys = new Set(doc.nodes.map((n) => n.key));
    const edges = new Set(doc.edges.map(edgeId));
    const still = selected.filter((key) => keys.has(key));
    const stillEdges = selectedEdges.filter((id) => edges.has(id));
    return {
      selected: still.length === selected.length ? selected : still,
      selectedEdges: stillEdges.length === selectedEdges.length ? selectedEdges : stillEdges,
    };
  }

  // --- steps --------------------------------------------------------------------------------

  private made(type: NodeTypeInfo, position: Position, parent: string | null): Step {
    return {
      key: freshKey(this.state.doc, type.key),
      type: type.key,
      version: type.version,
      name: type.title,
      config: type.defaults,
      position,
      ...(parent !== null && { parent }),
    };
  }

  /** From the palette by click or Enter: behind the selected step, else where there is room. */
  add(type: NodeTypeInfo): void {
    const { doc, selected, infos } = this.state;
    const after = selected.length === 1 ? stepOf(doc, selected[0] as string) : undefined;
    const last = after ?? (type.kind === "trigger" ? undefined : this.onlyOpenEnd());
    if (!last || type.kind === "trigger") {
      this.addAt(type, roomFor(doc, this.camera?.center() ?? { x: 0, y: 0 }), null);
      return;
    }
    const ports = portsOf(last, this.types, infos);
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
    const { doc, infos } = this.state;
    const open = doc.nodes.filter(
      (n) => portsOf(n, this.types, infos).length > 0 && edgesFrom(doc, n.key).length === 0,
    );
    return open.length === 1 ? open[0] : undefined;
  }

  addAt(type: NodeTypeInfo, position: Position, parent: string | null): void {
    const { doc } = this.state;
    const step = this.made(type, position, type.kind === "trigger" ? null : parent);
    const first = step.parent && edgesFrom(doc, step.parent, BODY_PORT).length === 0;
    this.do(addStep(doc, step, first ? { from: step.parent as string, port: BODY_PORT } : undefined));
    this.shown(step.key);
  }

  addBehind(type: NodeTypeInfo, from: string, port: string): void {
    const { doc, infos } = this.state;
    const before = stepOf(doc, from);
    if (!before) return;
    if (type.kind === "trigger") {
      this.say(t("refused.graph.into_trigger"), "bad");
      return;
    }
    const intoBody = port === BODY_PORT && this.types.isLoop(before.type);
    const ports = portsOf(before, this.types, infos);
    const step = this.made(
      type,
      roomBelow(doc, before, ports, port, intoBody),
      intoBody ? from : (before.parent ?? null),
    );
    this.do(addStep(doc, step, { from, port }));
    this.shown(step.key);
  }

  insert(type: NodeTypeInfo, edge: Edge): void {
    const { doc } = this.state;
    const [from, to] = [stepOf(doc, edge.from), stepOf(doc, edge.to)];
    if (!from || !to || type.kind === "trigger") return;
    const step = this.made(type, to.position ?? { x: 0, y: 0 }, to.parent ?? null);
    const insert = insertOnEdge(doc, step, edge, type.ports[0]);
    this.do(sequence("command.insert", [move(this.pushedDown(edge)), insert]));
    this.shown(step.key);
  }

  /** Everything behind an edge, moved down by one row, so that a step fits in. */
  private pushedDown(edge: Edge): Map<string, Position> {
    const { doc } = this.state;
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
    this.store.set({ quickAdd: null });
  }

  connect(edge: Edge): void {
    const refused = mayConnect(this.state.doc, edge, this.types);
    if (refused === null) this.do(addEdges([edge]));
    else this.say(tIfKnown(`refused.${refused}`, refused), "bad");
  }

  disconnect(edge: Edge): void {
    this.do(dropEdges([edge]));
  }

  deleteSelection(): void {
    const { doc, selected, selectedEdges } = this.state;
    const edges = doc.edges.filter((edge) => selectedEdges.includes(edgeId(edge)));
    if (selected.length === 0 && edges.length === 0) return;
    this.do(remove(doc, selected, edges));
    this.say(t("toast.deleted", { n: selected.length || edges.length }), "plain");
  }

  duplicateSelection(): void {
    const { doc, selected } = this.state;
    if (selected.length) this.pasteSteps(this.copied(selected) ?? { nodes: [], edges: doc.edges });
  }

  /** The chosen steps in the export's own form. */
  copied(keys: readonly string[]): { schema: string; nodes: Step[]; edges: Edge[] } | null {
    const { doc } = this.state;
    const all = new Set(keys.flatMap((key) => [key, ...bodyOf(doc, key).map((n) => n.key)]));
    const nodes = doc.nodes.filter((n) => all.has(n.key));
    if (nodes.length === 0) return null;
    return { schema: doc.schema, nodes, edges: doc.edges.filter((edge) => all.has(edge.from) && all.has(edge.to)) };
  }

  pasteSteps(copied: { nodes: readonly Step[]; edges: readonly Edge[] }): void {
    const known = copied.nodes.filter((n) => this.types.of(n.type));
    const { command, keys } = paste(this.state.doc, { nodes: known, edges: copied.edges }, { x: 40, y: 40 });
    if (keys.length === 0) return;
    this.do(command);
    this.select(keys);
  }

  rename(key: string, name: string): void {
    this.do(setStep(key, { name }, "command.rename", `name ${key}`));
  }

  rekey(old: string, fresh: string): void {
    this.do(renameKey(old, fresh));
    this.select([fresh]);
  }

  configure(key: string, path: Path, value: Json | undefined): void {
    const step = stepOf(this.state.doc, key);
    if (!step) return;
    const config = set(step.config, path, value);
    this.do(setStep(key, { config }, "command.configure", `config ${key} ${pathText(path)}`));
  }

  setFields(key: string, fields: { readonly [K in keyof Step]?: Step[K] | undefined }): void {
    this.do(setStep(key, fields, "command.edit", `fields ${key} ${Object.keys(fields).join()}`));
  }

  moveTo(places: ReadonlyMap<string, Position>, parents: ReadonlyMap<string, string | null> = new Map()): void {
    const { doc } = this.state;
    const moved = move(places);
    if (parents.size === 0) {
      this.do(moved);
      return;
    }
    let next = moved.apply(doc)[0];
    const commands: Command[] = [moved];
    for (const [key, parent] of parents) {
      const command = reparent(next, key, parent);
      commands.push(command);
      next = command.apply(next)[0];
    }
    this.do(sequence("command.move", commands));
  }

  renameWorkflow(name: string): void {
    if (name.trim()) this.do(setWorkflow({ name: name.trim() }));
  }

  /** Its description, its settings. */
  describe(fields: { readonly [name: string]: unknown }, mark: string): void {
    this.do(setWorkflow(fields, `workflow ${mark}`));
  }

  async tidy(): Promise<void> {
    const { tidied } = await import("../canvas/tidy");
    const { doc, selected, infos } = this.state;
    const only = selected.length > 1 ? new Set(selected) : null;
    this.do(move(tidied(doc, looksOf(this.types, infos), only), "command.tidy"));
    this.camera?.show([]);
  }

  /** Where "add after" would hang a step: the first free port, else the first. */
  firstPort(key: string): string | undefined {
    const { doc, infos } = this.state;
    const step = stepOf(doc, key);
    if (!step) return undefined;
    const ports = portsOf(step, this.types, infos);
    return freePort(doc, step, ports) ?? ports[0];
  }

  // --- what is shown ------------------------------------------------------------------------

  select(keys: readonly string[], edges: readonly string[] = []): void {
    this.store.set({ selected: keys, selectedEdges: edges });
  }

  /** A new step: selected, its form open, in view. */
  private shown(key: string): void {
    this.select([key]);
    this.tab("setup");
    this.camera?.show([key]);
  }

  tab(tab: Tab): void {
    this.store.set({ tab });
  }

  dialog(dialog: Dialog | null): void {
    this.store.set({ dialog });
  }

  /** Select the step of a problem and put the cursor into its field. */
  goTo(problem: Problem): void {
    const { doc, focus } = this.state;
    const node = problem.node ?? problem.edge?.from ?? doc.nodes[Number(problem.path.split(".")[1])]?.key;
    if (!node) return;
    const tab: Tab = /^(retry|timeout_s|checkpoint)/.test(problem.field ?? "") ? "reliability" : "setup";
    this.store.set({
      selected: [node],
      selectedEdges: [],
      tab,
      focus: { node, field: problem.field, n: (focus?.n ?? 0) + 1 },
    });
    this.camera?.show([node]);
  }

  say(text: string, tone: "good" | "bad" | "plain"): void {
    clearTimeout(this.toastTimer);
    this.store.set({ toast: { text, tone } });
    this.toastTimer = setTimeout(() => this.store.set({ toast: null }), UNDO_SHOWN_MS);
  }

  /** What the server said of an error, in its own words. */
  sayError(error: unknown): void {
    if (error instanceof Unreachable) this.say(t("error.unreachable"), "bad");
    else if (error instanceof Refused) this.say(error.message, "bad");
    else throw error;
  }

  checked({ problems, node_info }: Checked): void {
    this.store.set({ problems, infos: node_info });
  }

  // --- with the server ----------------------------------------------------------------------

  get dirty(): boolean {
    return this.autosave.dirty;
  }

  get revision(): number {
    return this.autosave.revision;
  }

  saveNow(keepalive = false): Promise<void> {
    return this.autosave.flush(keepalive);
  }

  /** Theirs becomes the document; mine is one undo away. */
  loadTheirs(): void {
    const { save, doc, history } = this.state;
    if (save.kind !== "conflict") return;
    const next = perform(doc, history, replace(save.current.document, "command.theirs"));
    this.store.set({
      ...next,
      ...this.stillThere(next.doc),
      save: { kind: "saved", at: new Date(save.current.at) },
      changed: true,
    });
    this.autosave.adopt(save.current.revision, next.doc);
    this.say(t("toast.theirs"), "plain");
    this.api.check(next.doc).then(
      (answer) => this.checked(answer),
      () => undefined, // the next save tells the problems
    );
  }

  async keepMine(): Promise<void> {
    const { save } = this.state;
    if (save.kind === "conflict") await this.autosave.overwrite(save.current);
  }

  async publish(note: string): Promise<void> {
    await this.saveNow();
    const answer = await this.api.publish(this.revision, note);
    if (answer.problems) this.store.set({ problems: answer.problems });
    if (answer.node_info) this.store.set({ infos: answer.node_info });
    else
      void this.api.check(this.state.doc).then(
        (checked) => this.checked(checked),
        () => undefined,
      );
    // the first version turns the workflow on
    const { enabled, published } = this.state;
    this.store.set({
      published: answer.version,
      changed: false,
      dialog: null,
      enabled: answer.enabled ?? (enabled || published === null),
    });
    this.say(t("toast.published", { version: answer.version }), "good");
  }

  async restore(number: number): Promise<void> {
    await this.saveNow();
    const answer = await this.api.restore(number, this.revision);
    const next = perform(this.state.doc, this.state.history, replace(answer.document, "command.restore"));
    this.store.set({ ...next, ...this.stillThere(next.doc), dialog: null, changed: number !== this.state.published });
    this.checked(answer);
    this.autosave.adopt(answer.revision, next.doc);
    this.say(t("toast.restored", { version: number }), "good");
  }

  async enable(enabled: boolean): Promise<void> {
    try {
      const answer = await this.api.enable(enabled);
      this.store.set({ enabled: answer.enabled });
      this.say(t(answer.enabled ? "toast.on" : "toast.off"), "good");
    } catch (error) {
      this.sayError(error);
    }
  }

  async test(trigger: string, sample: Json, live: readonly string[]): Promise<TestResult> {
    const test = await this.api.test(this.state.doc, trigger, sample, live);
    this.store.set({ test });
    return test;
  }
}

const sameDocument = (a: State["doc"], b: State["doc"]): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
