// The box that a loop draws around its body. Positions in the document are places on the canvas, whoever the parent is;
// the box follows from them and is never stored.
import type { Position, Step, WorkflowDocument } from "../document/types";
import { CARD } from "../session/places";

export interface Box extends Position {
  readonly width: number;
  readonly height: number;
}

const PAD = 20;
const HEAD = 80; // from the top of the box to the highest step inside: the loop's own card and room for its line
const FOOT = 40;
const EMPTY = { width: 320, height: 180 };

export const placeOf = (step: Step): Position => step.position ?? { x: 0, y: 0 };

export type Boxes = ReadonlyMap<string, Box>;

/** Every step's box; inner loops before the loops around them. */
export function boxesOf(
  doc: WorkflowDocument,
  isLoop: (type: string) => boolean,
  widthOf: (step: Step) => number,
): Boxes {
  const boxes = new Map<string, Box>();
  const children = new Map<string, Step[]>();
  for (const step of doc.nodes)
    if (step.parent) children.set(step.parent, [...(children.get(step.parent) ?? []), step]);
  const measure = (step: Step): Box => {
    const known = boxes.get(step.key);
    if (known) return known;
    const at = placeOf(step);
    boxes.set(step.key, { ...at, width: widthOf(step), height: CARD.height }); // stands even if parents form a circle
    const box = isLoop(step.type)
      ? around(at, (children.get(step.key) ?? []).map(measure))
      : { ...at, width: widthOf(step), height: CARD.height };
    boxes.set(step.key, box);
    return box;
  };
  doc.nodes.forEach(measure);
  return boxes;
}

function around(at: Position, inside: readonly Box[]): Box {
  const left = Math.min(at.x, ...inside.map((box) => box.x - PAD));
  const top = Math.min(at.y, ...inside.map((box) => box.y - HEAD));
  const right = Math.max(at.x + EMPTY.width, ...inside.map((box) => box.x + box.width + PAD));
  const bottom = Math.max(at.y + EMPTY.height, ...inside.map((box) => box.y + box.height + FOOT));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

export const holds = (box: Box, point: Position): boolean =>
  point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;

/** The innermost loop whose box holds a point, other than the ones left out. */
export function loopAt(
  doc: WorkflowDocument,
  boxes: Boxes,
  isLoop: (type: string) => boolean,
  point: Position,
  without: ReadonlySet<string> = new Set(),
): string | null {
  let best: { key: string; area: number } | null = null;
  for (const step of doc.nodes) {
    const box = boxes.get(step.key);
    if (!box || without.has(step.key) || !isLoop(step.type) || !holds(box, point)) continue;
    const area = box.width * box.height;
    if (!best || area < best.area) best = { key: step.key, area };
  }
  return best?.key ?? null;
}
