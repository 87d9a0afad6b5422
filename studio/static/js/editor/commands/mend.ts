// The edits by which the server says that a problem is mended, as one gesture.
import type { FixEdit } from "../api/types";
import { stepOf } from "../document/read";
import type { Json, Step, WorkflowDocument } from "../document/types";
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
  const [name = "", ...inner] = (edit.field ?? "").split(".");
  const value = placed((step as unknown as { [part: string]: Json })[name], inner, edit.value);
  return setStep(step.key, { [name]: value } as Partial<Step>);
}

/** A value with one field of it, however deep, set anew. */
function placed(whole: Json | undefined, path: readonly string[], value: Json): Json {
  const [name, ...inner] = path;
  if (name === undefined) return value;
  const fields = whole !== null && typeof whole === "object" && !Array.isArray(whole) ? whole : {};
  return { ...fields, [name]: placed((fields as { [part: string]: Json })[name], inner, value) };
}
