// The workflow document, as docs/workflow-document.md has it. Plain data: what is saved, published and exported.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface Position {
  readonly x: number;
  readonly y: number;
}

export interface Retry {
  readonly attempts?: number;
  readonly base_s?: number;
  readonly max_s?: number;
}

/** An output that somebody wrote by hand, to build and test on. */
export interface Mock {
  readonly data: Json;
  readonly port?: string | null;
}

/** One that there really was. */
export interface Pin extends Mock {
  readonly source: "test" | "event";
  readonly label?: string;
}

export interface Step {
  readonly key: string;
  readonly type: string;
  readonly version: number;
  readonly name: string;
  readonly config: JsonObject;
  readonly position?: Position;
  readonly parent?: string | null;
  readonly retry?: Retry;
  readonly timeout_s?: number | null;
  readonly checkpoint?: boolean;
  readonly notes?: string;
  readonly mock?: Mock | null;
  readonly pin?: Pin | null;
  /** Fields that this editor does not know are kept as they are. */
  readonly [other: string]: unknown;
}

export interface Edge {
  readonly from: string;
  readonly port: string;
  readonly to: string;
}

export interface WorkflowDocument {
  readonly schema: string;
  readonly name: string;
  readonly nodes: readonly Step[];
  readonly edges: readonly Edge[];
  readonly [other: string]: unknown;
}

/** Every step that can fail has it; without an edge from it a failure ends the run. */
export const ERROR_PORT = "error";
/** From a loop to the first steps of its body. */
export const BODY_PORT = "each";
