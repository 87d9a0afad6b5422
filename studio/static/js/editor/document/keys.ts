// Keys of steps: what expressions call them.
import type { WorkflowDocument } from "./types";

const KEY = /^[a-z][a-z0-9_]{0,39}$/;

export const isKey = (text: string): boolean => KEY.test(text);

/** A free key made from a node type's key: "action.http" gives http, http_2, … */
export function freshKey(doc: WorkflowDocument, type: string, taken: ReadonlySet<string> = new Set()): string {
  const used = new Set([...doc.nodes.map((n) => n.key), ...taken]);
  const stem = stemOf(type);
  if (!used.has(stem)) return stem;
  let number = 2;
  while (used.has(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

function stemOf(type: string): string {
  const last = type.split(".").at(-1) ?? "step";
  const clean = last
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return (clean || "step").slice(0, 34);
}
