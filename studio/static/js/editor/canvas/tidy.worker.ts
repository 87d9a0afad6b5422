// tidy.ts beside the page's own thread: one question, one answer.
import type { Position, WorkflowDocument } from "../document/types";
import { type Looks, tidied } from "./tidy";

export interface Question {
  readonly doc: WorkflowDocument;
  readonly looks: Looks;
  readonly only: ReadonlySet<string> | null;
}

export type Answer = ReadonlyMap<string, Position>;

self.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  self.postMessage(tidied(data.doc, data.looks, data.only) satisfies Answer);
});
