// What is edited, what is shown, and the way to both. Verbs stand in the parts, by what they are about: panels and
// canvas call those and nothing else; each changes the document by one command.
import { t } from "../../i18n/t";
import { Autosave } from "../api/autosave";
import { type Api, api, Refused, SignedOut, Unreachable } from "../api/client";
import type { Boot, CallableWorkflow, Checked, Person, Problem } from "../api/types";
import type { Command } from "../commands/command";
import { NOTHING, perform, redo, settled, undo } from "../commands/history";
import { replace } from "../commands/replace";
import { allIds } from "../document/layout";
import { sameLogic } from "../document/logic";
import { edgeId, stepOf } from "../document/read";
import type { Position } from "../document/types";
import { Arrangement } from "./arrangement";
import { type Catalogue, catalogue } from "./catalogue";
import { Clipboard } from "./clipboard";
import { Connections } from "./connections";
import { Lines } from "./lines";
import { Remote } from "./remote";
import { Settings } from "./settings";
import type { Dialog, State, Tab } from "./state";
import { Steps } from "./steps";
import { Store } from "./store";
import type { TourStep } from "./tour";

const UNDO_SHOWN_MS = 6_000;

export class Session {
  readonly store: Store<State>;
  readonly types: Catalogue;
  readonly api: Api;
  readonly people: readonly Person[];
  readonly secrets: readonly string[];
  readonly workflows: readonly CallableWorkflow[];
  readonly autosave: Autosave;
  readonly steps = new Steps(this);
  readonly arrangement = new Arrangement(this);
  readonly clipboard = new Clipboard(this);
  readonly lines = new Lines(this);
  readonly settings = new Settings(this);
  readonly connections = new Connections(this);
  readonly remote = new Remote(this);
  private toastTimer: ReturnType<typeof setTimeout> | undefined;
  /** Puts a path into the field that had the focus last; the data tree calls it. */
  insertIntoField: ((path: string) => void) | null = null;
  /** Hears that a step of the tour was done; the page sets it. */
  stepDone: (step: TourStep) => void = () => undefined;
  /** The canvas's own camera, set while it is shown. */
  camera: {
    center(): Position;
    /** The first of these; all of the workflow, where none is named. */
    show(keys: readonly string[]): void;
    /** At 100 %, about the middle of what is seen. */
    full(): void;
    focus(key: string): void;
  } | null = null;

  constructor(readonly boot: Boot) {
    this.types = catalogue(boot.node_types);
    this.people = boot.people;
    this.secrets = boot.secrets;
    this.workflows = boot.workflows;
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
      test: boot.test ?? null,
      heat: null,
      left: "palette",
      minimap: remembered() ?? false,
      tab: "setup",
      dialog: boot.dialog ?? null,
      quickAdd: null,
      editing: null,
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

  /** The server's document stands instead of this one, at a revision that is saved already; undo brings this one back. */
  adopt(document: State["doc"], revision: number, label: string, changed: boolean): void {
    const { doc, history } = this.state;
    const next = perform(doc, history, replace(document, label));
    this.store.set({ ...next, ...this.stillThere(next.doc), changed, test: null });
    this.autosave.adopt(revision, next.doc);
  }

  /** What is typed from now on is another gesture. */
  settle(): void {
    const { history } = this.state;
    const next = settled(history);
    if (next !== history) this.store.set({ history: next });
  }

  /** The selection without what is gone. */
  private stillThere(doc: State["doc"]): Pick<State, "selected" | "selectedEdges"> {
    const { selected, selectedEdges } = this.state;
    const keys = new Set(allIds(doc));
    const edges = new Set(doc.edges.map(edgeId));
    const still = selected.filter((key) => keys.has(key));
    const stillEdges = selectedEdges.filter((id) => edges.has(id));
    return {
      selected: still.length === selected.length ? selected : still,
      selectedEdges: stillEdges.length === selectedEdges.length ? selectedEdges : stillEdges,
    };
  }

  select(keys: readonly string[], edges: readonly string[] = []): void {
    this.store.set({ selected: keys, selectedEdges: edges });
  }

  tab(tab: Tab): void {
    this.store.set({ tab });
  }

  dialog(dialog: Dialog | null): void {
    this.store.set({ dialog });
  }

  /** Select the step of a problem and put the cursor into its field; what is about the workflow stands in its own form. */
  goTo(problem: Problem): void {
    const { doc, focus } = this.state;
    const node = problem.node ?? problem.edge?.from ?? doc.nodes[Number(problem.path.split(".")[1])]?.key ?? null;
    this.store.set({
      selected: node === null ? [] : [node],
      selectedEdges: [],
      ...(problem.path === "nodes" && { left: "palette" as const }),
      tab: this.tabOf(node, problem.field ?? ""),
      focus: { node, field: node === null ? problem.path : problem.field, n: (focus?.n ?? 0) + 1 },
    });
    if (node !== null) {
      this.arrangement.reveal(node);
      this.camera?.show([node]);
    }
  }

  private tabOf(node: string | null, field: string): Tab {
    if (/^(retry|timeout_s|checkpoint)/.test(field)) return "reliability";
    const step = node === null ? undefined : stepOf(this.state.doc, node);
    return step && this.types.isTrigger(step.type) && field.startsWith("config.sample") ? "sample" : "setup";
  }

  /** A step, selected and in view, its card under the keys. */
  show(key: string): void {
    this.arrangement.reveal(key);
    this.select([key]);
    this.camera?.show([key]);
    this.camera?.focus(key);
  }

  /** Remembered in this browser. */
  showMinimap(minimap: boolean): void {
    this.store.set({ minimap });
    remember(minimap);
  }

  say(text: string, tone: "good" | "bad" | "plain"): void {
    clearTimeout(this.toastTimer);
    this.store.set({ toast: { text, tone } });
    this.toastTimer = setTimeout(() => this.store.set({ toast: null }), UNDO_SHOWN_MS);
  }

  /** What the server said of an error, in its own words. */
  sayError(error: unknown): void {
    if (error instanceof SignedOut) this.say(t("error.signed_out"), "bad");
    else if (error instanceof Unreachable) this.say(t("error.unreachable"), "bad");
    else if (error instanceof Refused) this.say(error.message, "bad");
    else throw error;
  }

  checked({ problems, node_info }: Checked): void {
    this.store.set({ problems, infos: node_info });
    if (!problems.some((problem) => problem.severity === "error")) this.stepDone("fields");
  }

  get dirty(): boolean {
    return this.autosave.dirty;
  }

  get revision(): number {
    return this.autosave.revision;
  }

  saveNow(keepalive = false): Promise<void> {
    return this.autosave.flush(keepalive);
  }
}

const MINIMAP = "studio.minimap";

function remembered(): boolean | null {
  try {
    const kept = localStorage.getItem(MINIMAP);
    return kept === null ? null : kept === "on";
  } catch {
    return null; // this browser keeps nothing for this page
  }
}

function remember(minimap: boolean): void {
  try {
    localStorage.setItem(MINIMAP, minimap ? "on" : "off");
  } catch {
    // this browser keeps nothing for this page: it holds until the page is left
  }
}

const sameDocument = (a: State["doc"], b: State["doc"]): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
