// Aligning and spreading what is selected. Pure.
import type { Position } from "../document/types";

interface Box extends Position {
  readonly width: number;
  readonly height: number;
}

export type Side = "left" | "center" | "right" | "top" | "middle" | "bottom" | "across" | "down";

/** How far each box moves so that all share a side, or so that the gaps between them are equal. */
export function aligned(boxes: ReadonlyMap<string, Box>, side: Side): Map<string, Position> {
  if (side === "across") return spread(boxes, "x", "width");
  if (side === "down") return spread(boxes, "y", "height");
  const [at, length] = ["left", "center", "right"].includes(side)
    ? (["x", "width"] as const)
    : (["y", "height"] as const);
  const all = [...boxes.values()];
  const low = Math.min(...all.map((box) => box[at]));
  const high = Math.max(...all.map((box) => box[at] + box[length]));
  const target = (box: Box): number => {
    if (side === "left" || side === "top") return low;
    if (side === "right" || side === "bottom") return high - box[length];
    return Math.round((low + high - box[length]) / 2);
  };
  return moves(boxes, at, target);
}

/** The first and the last stay. */
function spread(boxes: ReadonlyMap<string, Box>, at: "x" | "y", length: "width" | "height"): Map<string, Position> {
  const middle = (box: Box): number => box[at] + box[length] / 2;
  const sorted = [...boxes.values()].sort((a, b) => middle(a) - middle(b));
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || sorted.length < 3) return new Map();
  const taken = sorted.reduce((sum, box) => sum + box[length], 0);
  const gap = (last[at] + last[length] - first[at] - taken) / (sorted.length - 1);
  const targets = new Map<Box, number>();
  let edge = first[at];
  for (const box of sorted) {
    targets.set(box, Math.round(edge));
    edge += box[length] + gap;
  }
  return moves(boxes, at, (box) => targets.get(box) ?? box[at]);
}

function moves(boxes: ReadonlyMap<string, Box>, at: "x" | "y", target: (box: Box) => number): Map<string, Position> {
  const found = new Map<string, Position>();
  for (const [id, box] of boxes) {
    const by = target(box) - box[at];
    if (by !== 0) found.set(id, at === "x" ? { x: by, y: 0 } : { x: 0, y: by });
  }
  return found;
}
