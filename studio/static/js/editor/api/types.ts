// The builder's HTTP contract, as the server's views speak it.
import type { Json, WorkflowDocument } from "../document/types";

export type Kind = "trigger" | "condition" | "data" | "flow" | "action" | "approval" | "guard" | "audit";

/** JSON Schema, the subset that node configs use, and the x- fields of `help_`. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: Json;
  readonly examples?: readonly Json[];
  readonly enum?: readonly Json[];
  readonly const?: Json;
  readonly format?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: Schema };
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly "x-expression"?: string;
  readonly "x-template"?: boolean;
  readonly "x-widget"?: string;
  readonly "x-show-if"?: { readonly [field: string]: Json };
  readonly "x-group"?: string;
}

export interface NodeTypeInfo {
  readonly key: string;
  readonly version: number;
  readonly kind: Kind;
  readonly effect: "pure" | "local" | "outside";
  readonly title: string;
  readonly icon: string;
  readonly help: string;
  readonly ports: readonly string[];
  readonly port_names: { readonly [port: string]: string };
  readonly schema: Schema;
  readonly sample: Json;
  readonly is_loop: boolean;
  readonly is_join: boolean;
  readonly waits: boolean;
}

export interface NodeInfo {
  readonly ports: readonly string[];
  readonly port_names: { readonly [port: string]: string };
  readonly summary: string;
  /** A trigger that the published version has. */
  readonly runs?: boolean;
  /** Triggers by webhook: where to send, once published. */
  readonly address?: string | null;
  readonly curl?: string | null;
}

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly severity: "error" | "warning";
  readonly node: string | null;
  /** Such as "config.url" or "config.fields.0.value". */
  readonly field: string | null;
  readonly edge: { readonly from: string; readonly port: string; readonly to: string } | null;
  readonly path: string;
  /** Which part of the field's text it is about; null: all of it. */
  readonly span: readonly [begin: number, end: number] | null;
  /** The steps that a run would come along, where it is about a way: one past a gate. */
  readonly way: readonly string[];
  /** A step that would mend it, put right before the node. */
  readonly gate: Gate | null;
  /** Edits that mend it. */
  readonly fix: Fix | null;
}

export interface Fix {
  readonly title: string;
  readonly edits: readonly FixEdit[];
}

export interface FixEdit {
  readonly op: "remove_step" | "remove_edge" | "add_edge" | "set";
  readonly node: string | null;
  readonly edge: { readonly from: string; readonly port: string; readonly to: string } | null;
  /** Dotted, within the step. */
  readonly field: string | null;
  readonly value: Json;
}

export interface Gate {
  readonly type: string;
  /** The one that leads on. */
  readonly port: string;
  readonly config: { readonly [field: string]: unknown };
}

export interface Person {
  readonly ref: string;
  readonly name: string;
  readonly detail: string;
}

export interface CallableWorkflow {
  readonly id: string;
  readonly name: string;
  readonly on: boolean;
  readonly inputs: readonly {
    readonly name: string;
    readonly label: string;
    readonly type: string;
    readonly required: boolean;
  }[];
}

export interface Boot {
  readonly workflow: {
    readonly id: string;
    readonly name: string;
    readonly enabled: boolean;
    readonly published_version: number | null;
    readonly changed: boolean;
  };
  readonly document: WorkflowDocument;
  readonly revision: number;
  readonly node_types: readonly NodeTypeInfo[];
  readonly problems: readonly Problem[];
  readonly node_info: NodeInfos;
  readonly people: readonly Person[];
  /** By which working time can be counted. */
  readonly calendars: readonly { readonly name: string; readonly default: boolean }[];
  /** By which an approval step may ask, with who decides in words. */
  readonly matrices: readonly { readonly id: string; readonly name: string; readonly columns: readonly string[] }[];
  readonly policies: readonly { readonly id: string; readonly name: string; readonly detail: string }[];
  readonly secrets: readonly string[];
  /** Those that other workflows may call. */
  readonly workflows: readonly CallableWorkflow[];
  /** An event of a backtest, drawn as a test-run is. */
  readonly test?: TestResult | null;
  /** The address asks for a dialog. */
  readonly dialog?: "backtest" | "test" | null;
  /** An event of a source, to begin the dialog of test-runs with. */
  readonly sample?: Sample | null;
  readonly csrf: string;
  readonly can_publish: boolean;
  readonly can_connect: boolean;
  readonly urls: {
    readonly api: string;
    readonly workflows: string;
    readonly runs: string;
    readonly backtests: string;
    /** Where a draft is begun beside the live version; empty for whom that page is closed. */
    readonly shadows: string;
    readonly start: string;
    readonly sprite: string;
    /** The script of the worker that tidies up. */
    readonly tidy: string;
  };
  readonly locale: string;
  readonly time_zone: string;
  readonly currency: string;
}

export type NodeInfos = { readonly [key: string]: NodeInfo };

export interface Checked {
  readonly problems: readonly Problem[];
  readonly node_info: NodeInfos;
}

export interface Saved extends Checked {
  readonly revision: number;
  readonly saved_at: string;
  readonly changed: boolean;
}

export interface Current {
  readonly revision: number;
  readonly document: WorkflowDocument;
  readonly by: string;
  readonly at: string;
}

export interface DataNode {
  readonly path: string;
  readonly label: string;
  readonly type: string;
  /** A text that holds a date, or a date. */
  readonly date?: boolean;
  readonly sample: Json;
  readonly children: readonly DataNode[];
}

export interface Completion {
  readonly label: string;
  readonly insert: string;
  /** How many characters before the cursor it takes the place of. */
  readonly replace?: number;
  readonly type: string;
  readonly detail: string;
  /** As JSON text, cut where it is long; null: unknown. */
  readonly sample: string | null;
}

export type Preview =
  | { readonly value: Json; readonly text: string }
  | { readonly error: { readonly code: string; readonly message: string } };

/** How often the steps of the version that runs ended and failed: what each card says, 0 to 4 degrees. */
export interface Heat {
  readonly span: string;
  readonly steps: {
    readonly [key: string]: { readonly degree: number; readonly text: string; readonly title: string };
  };
}

export interface TestStep {
  readonly node: string;
  readonly path: string;
  readonly attempt: number;
  readonly state: string;
  readonly port: string | null;
  readonly input: Json;
  readonly output: Json;
  /** Whether `output` is all of it. */
  readonly whole: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly note: string | null;
  readonly duration_ms: number;
}

export interface TestResult {
  readonly state: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly duration_ms: number;
  readonly steps: readonly TestStep[];
}

/** Which events of the past, and what is assumed. */
export interface BacktestWish {
  readonly trigger: string | null;
  /** null: those of the last 30 days. */
  readonly last: number | null;
  readonly approvals: "recorded" | "approved" | "declined";
  readonly answers: "recorded" | "sample";
}

export interface Sample {
  readonly id: string;
  readonly label: string;
  readonly received_at: string;
  readonly data: Json;
}

export interface Version {
  readonly number: number;
  readonly note: string;
  readonly by: string;
  readonly at: string;
  readonly current: boolean;
}

export interface Restored extends Checked {
  readonly document: WorkflowDocument;
  readonly revision: number;
}

export interface Change {
  readonly kind: string;
  readonly node: string | null;
  readonly text: string;
}

/** application/problem+json */
export interface Refusal {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly code: string; readonly message: string }[];
  readonly current?: Current;
}

/** A version that takes a share of the events first, and when it goes back by itself. In percent, runs, points. */
export interface Stage {
  readonly share: number;
  readonly min_runs: number;
  readonly points: number;
}
