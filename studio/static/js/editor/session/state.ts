// What the editor shows at one moment.
import type { SaveState } from "../api/autosave";
import type { Heat, NodeInfos, Problem, TestResult } from "../api/types";
import type { History } from "../commands/history";
import type { Edge, WorkflowDocument } from "../document/types";

export type Dialog = "publish" | "versions" | "test" | "backtest" | "keyboard" | "finder";
export type Tab = "setup" | "reliability" | "sample" | "notes";

/** Where a step chosen in the quick list will stand. */
export type Place =
  | { readonly kind: "behind"; readonly from: string; readonly port: string }
  | { readonly kind: "edge"; readonly edge: Edge }
  | { readonly kind: "instead"; readonly key: string };

export interface State {
  readonly doc: WorkflowDocument;
  readonly history: History;
  /** Keys of steps, and ids of notes and groups (document/layout.ts). */
  readonly selected: readonly string[];
  readonly selectedEdges: readonly string[];
  readonly problems: readonly Problem[];
  readonly infos: NodeInfos;
  readonly save: SaveState;
  readonly enabled: boolean;
  readonly published: number | null;
  readonly changed: boolean;
  readonly test: TestResult | null;
  /** Where runs fail, on the cards; null: it is not shown. */
  readonly heat: Heat | null;
  /** What stands at the left: what can be added, or the steps that are there. */
  readonly left: "palette" | "list";
  readonly minimap: boolean;
  readonly tab: Tab;
  readonly dialog: Dialog | null;
  readonly quickAdd: { readonly place: Place; readonly x: number; readonly y: number } | null;
  /** The note whose text is being typed on the canvas. */
  readonly editing: string | null;
  readonly toast: { readonly text: string; readonly tone: "good" | "bad" | "plain" } | null;
  /** A field that asks for the focus, of a step or of the workflow itself; `n` tells two askings apart. */
  readonly focus: { readonly node: string | null; readonly field: string | null; readonly n: number } | null;
}
