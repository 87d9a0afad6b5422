// Undo and redo: two stacks of inverses. Selection is not history.
import type { WorkflowDocument } from "../document/types";
import type { Command } from "./command";

export interface History {
  readonly past: readonly Command[];
  readonly future: readonly Command[];
}

export const NOTHING: History = { past: [], future: [] };
const KEPT = 200;

interface Changed {
  readonly doc: WorkflowDocument;
  readonly history: History;
}

export function perform(doc: WorkflowDocument, history: History, command: Command): Changed {
  const [next, inverse] = command.apply(doc);
  const last = history.past.at(-1);
  // letters typed into one field undo together: the first inverse already leads back to before them all
  const joined = last !== undefined && command.mark !== undefined && last.mark === command.mark;
  const past = joined ? history.past : [...history.past, { ...inverse, label: command.label, ...markOf(command) }];
  return { doc: next, history: { past: past.slice(-KEPT), future: [] } };
}

/** Closes the gesture under way: what is typed next undoes on its own. */
export function settled(history: History): History {
  const last = history.past.at(-1);
  if (last?.mark === undefined) return history;
  const { mark: _open, ...closed } = last;
  return { ...history, past: [...history.past.slice(0, -1), closed] };
}

export function undo(doc: WorkflowDocument, history: History): Changed | null {
  const command = history.past.at(-1);
  if (!command) return null;
  const [next, inverse] = command.apply(doc);
  return {
    doc: next,
    history: { past: history.past.slice(0, -1), future: [...history.future, relabelled(inverse, command)] },
  };
}

export function redo(doc: WorkflowDocument, history: History): Changed | null {
  const command = history.future.at(-1);
  if (!command) return null;
  const [next, inverse] = command.apply(doc);
  return {
    doc: next,
    history: { past: [...history.past, relabelled(inverse, command)], future: history.future.slice(0, -1) },
  };
}

const markOf = (command: Command): { mark?: string } => (command.mark === undefined ? {} : { mark: command.mark });

/** A redone or undone gesture is closed: what is typed next is a new one. */
function relabelled(inverse: Command, command: Command): Command {
  return { label: command.label, ...(command.layout && { layout: true }), apply: (doc) => inverse.apply(doc) };
}
