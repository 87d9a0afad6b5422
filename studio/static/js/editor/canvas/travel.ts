// Arrow keys: down and up along the lines, left and right between branches.
import { groupAt, noteAt } from "../document/layout";
import { edgesFrom, edgesInto, stepOf } from "../document/read";
import type { WorkflowDocument } from "../document/types";
import { standIns } from "./folded";

export type Direction = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

export const isDirection = (key: string): key is Direction => /^Arrow(Up|Down|Left|Right)$/.test(key);

/** What an arrow leads to: a step, or the collapsed card that hides it. From a group out of it, from a note to the nearest
 * step. */
export function travel(doc: WorkflowDocument, from: string, direction: Direction): string | null {
  const standIn = standIns(doc);
  const group = groupAt(doc, from);
  const note = noteAt(doc, from);
  const starts = group ? group.steps : note ? [nearestStep(doc, note.x, note.y)].filter((key) => key !== null) : [from];
  if (note) return starts[0] === undefined ? null : standIn(starts[0]);
  for (const start of starts) {
    const next = between(doc, start, direction);
    const shown = next === null ? null : standIn(next);
    if (shown !== null && shown !== from && !(next !== null && group?.steps.includes(next))) return shown;
  }
  return null;
}

function nearestStep(doc: WorkflowDocument, x: number, y: number): string | null {
  const away = (n: WorkflowDocument["nodes"][number]): number =>
    ((n.position?.x ?? 0) - x) ** 2 + ((n.position?.y ?? 0) - y) ** 2;
  return [...doc.nodes].sort((a, b) => away(a) - away(b))[0]?.key ?? null;
}

function between(doc: WorkflowDocument, from: string, direction: Direction): string | null {
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
