// The edits by which the server says that a problem is mended, as one gesture.
import type { FixEdit } from "../api/types";
import { set } from "../document/paths";
import { stepOf } from "../document/read";
import type { JsonObject, Step, WorkflowDocument } from "../document/types";
import type { Command } from "./command";
import { remove } from "./delete";
import { addEdges, dropEdges } from "./edges";
import { sequence } from "./sequence";
import { setStep } from "./set-step";

export function mend(doc: WorkflowDocument, edits: readonly FixEdit[]): Command {
  let next = doc;
  const commands: Command[] = [];
  for (const edit of edits) {
    const command = commandFor(next, edit);
    if (!command) continue;
    commands.push(command);
    next = command.apply(next)[0];
  }
  return sequence("command.mend", commands);
}

function commandFor(doc: WorkflowDocument, edit: FixEdit): Command | null {
  if (edit.op === "remove_edge") return edit.edge && dropEdges([edit.edge]);
  if (edit.op === "add_edge") return edit.edge && addEdges([edit.edge]);
  const step = edit.node === null ? undefined : stepOf(doc, edit.node);
  if (!step) return null;
  if (edit.op === "remove_step") return remove(doc, [step.key], []);
  const path = (edit.field ?? "").split(".");
  const [name = ""] = path;
  const whole = set(step as unknown as JsonObject, path, edit.value);
  return setStep(step.key, { [name]: whole[name] } as Partial<Step>);
}
