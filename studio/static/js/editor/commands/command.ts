// A command changes a document and knows its own inverse. One gesture of the person is one command.
import type { WorkflowDocument } from "../document/types";

export interface Command {
  /** What the undo button says: "Undo: add step". A key of the messages. */
  readonly label: string;
  /** Commands that follow one another under the same mark are one gesture: the letters typed into one field. */
  readonly mark?: string;
  /** Only positions change: not a change of the workflow. */
  readonly layout?: boolean;
  apply(doc: WorkflowDocument): [next: WorkflowDocument, inverse: Command];
}

export const named = (
  command: Command,
  label: string,
  more: Partial<Omit<Command, "apply" | "label">> = {},
): Command => ({
  ...more,
  label,
  apply: (doc) => command.apply(doc),
});
