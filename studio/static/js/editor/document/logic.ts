// What counts as a change: everything but the layout, and what is kept to test on.
import type { WorkflowDocument } from "./types";

/** The document without positions, notes on the canvas and groups: equal logic means nothing changed for customers. */
export function logicOf(doc: WorkflowDocument): unknown {
  const { layout: _beside, ...rest } = doc;
  return { ...rest, nodes: doc.nodes.map(({ position: _layout, mock: _mock, pin: _pin, ...logic }) => logic) };
}

export const sameLogic = (a: WorkflowDocument, b: WorkflowDocument): boolean =>
  a === b || JSON.stringify(logicOf(a)) === JSON.stringify(logicOf(b));
