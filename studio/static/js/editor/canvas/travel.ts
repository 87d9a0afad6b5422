// Arrow keys: down and up along the lines, left and right between branches.
import { edgesFrom, edgesInto, stepOf } from "../document/read";
import type { WorkflowDocument } from "../document/types";

export type Direction = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

export const isDirection = (key: string): key is Direction => /^Arrow(Up|Down|Left|Right)$/.test(key);

/** The step that an arrow leads to, or null. */
export function travel(doc: WorkflowDocument, from: string, direction: Direction): string | null {
  const x = (key: string): number => stepOf(doc, key)?.position?.x ?? 0;
  const y = (key: string): number => stepOf(doc, key)?.position?.y ?? 0;
  const nearest = (keys: string[]): string | null =>
    keys.sort((a, b) => Math.abs(x(a) - x(from)) - Math.abs(x(b) - x(from)))[0] ?? null;
  if (direction === "ArrowDown") {
    const next = edgesFrom(doc, from).map((edge) => edge.to);
    return next.length > 1 ? (next[0] ?? null) : nearest(next);
  }
  if (direction === "ArrowUp") return nearest(edgesInto(doc, from).map((edge) => edge.from));
  const siblings = edgesInto(doc, from).flatMap((edge) => edgesFrom(doc, edge.from).map((other) => other.to));
  const beside =
    siblings.length > 1 ? siblings : doc.nodes.filter((n) => Math.abs(y(n.key) - y(from)) < 60).map((n) => n.key);
  const right = direction === "ArrowRight";
  return nearest(beside.filter((key) => key !== from && (right ? x(key) > x(from) : x(key) < x(from))));
}
