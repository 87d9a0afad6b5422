import type { WorkflowDocument } from "../document/types";
import type { Command } from "./command";

/** The whole document at once: somebody else's, or an older version. */
export function replace(document: WorkflowDocument, label: string): Command {
  return { label, apply: (doc) => [document, replace(doc, label)] };
}
