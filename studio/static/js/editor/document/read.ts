// Questions about a document. Nothing here changes one.
import type { Edge, Step, WorkflowDocument } from "./types";

export const stepOf = (doc: WorkflowDocument, key: string): Step | undefined => doc.nodes.find((n) => n.key === key);

export const edgesFrom = (doc: WorkflowDocument, key: string, port?: string): Edge[] =>
  doc.edges.filter((edge) => edge.from === key && (port === undefined || edge.port === port));

export const edgesInto = (doc: WorkflowDocument, key: string): Edge[] => doc.edges.filter((edge) => edge.to === key);

export const sameEdge = (a: Edge, b: Edge): boolean => a.from === b.from && a.port === b.port && a.to === b.to;

/** One text for one edge: the canvas needs ids. A key never holds a slash. */
export const edgeId = (edge: Edge): string => `${edge.from}/${edge.port}/${edge.to}`;

export const parentOf = (doc: WorkflowDocument, key: string): string | null => stepOf(doc, key)?.parent ?? null;

/** Steps of a loop's body, those of loops inside it included. */
export function bodyOf(doc: WorkflowDocument, loop: string): Step[] {
  const direct = doc.nodes.filter((n) => n.parent === loop);
  return direct.flatMap((n) => [n, ...(n.key === loop ? [] : bodyOf(doc, n.key))]);
}

/** Whether `to` can be reached from `from` along edges. */
export function reaches(doc: WorkflowDocument, from: string, to: string): boolean {
  const seen = new Set<string>();
  const left = [from];
  for (let key = left.pop(); key !== undefined; key = left.pop()) {
    if (key === to) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const edge of edgesFrom(doc, key)) left.push(edge.to);
  }
  return false;
}

/** Keys so that every edge points forwards and a loop stands before its body; what hangs in a cycle comes last. */
export function inOrder(doc: WorkflowDocument): string[] {
  const waitsFor = new Map<string, number>(doc.nodes.map((n) => [n.key, n.parent ? 1 : 0]));
  const frees = new Map<string, string[]>(doc.nodes.map((n) => [n.key, []]));
  for (const edge of doc.edges) {
    waitsFor.set(edge.to, (waitsFor.get(edge.to) ?? 0) + 1);
    frees.get(edge.from)?.push(edge.to);
  }
  for (const n of doc.nodes) if (n.parent) frees.get(n.parent)?.push(n.key);
  const order = doc.nodes.filter((n) => waitsFor.get(n.key) === 0).map((n) => n.key);
  for (const key of order) {
    for (const next of frees.get(key) ?? []) {
      const left = (waitsFor.get(next) ?? 0) - 1;
      waitsFor.set(next, left);
      if (left === 0) order.push(next); // the loop over `order` comes to it
    }
  }
  const placed = new Set(order);
  return [...order, ...doc.nodes.map((n) => n.key).filter((key) => !placed.has(key))];
}
