import type { WorkflowDocument } from "../document/types";
import type { Command } from "./command";

/** Set fields of the workflow itself: its name, description, settings. */
export function setWorkflow(fields: { readonly [name: string]: unknown }, mark?: string): Command {
  return {
    label: "command.workflow",
    ...(mark === undefined ? {} : { mark }),
    apply(doc) {
      const before = Object.fromEntries(Object.keys(fields).map((name) => [name, doc[name]]));
      const next: Record<string, unknown> = { ...doc, ...fields };
      for (const [name, value] of Object.entries(fields)) if (value === undefined) delete next[name];
      return [next as unknown as WorkflowDocument, setWorkflow(before, mark)];
    },
  };
}
