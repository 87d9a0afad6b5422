// The box that a loop draws around its body, and a group around its steps. Positions in the document are places on the
// canvas, whoever the parent is; boxes follow from them and are never stored.
import { type Group, groupId, groupsOf, layoutOf } from "../document/layout";
import type { Position, Step, WorkflowDocument } from "../document/types";
import { CARD } from "../session/places";

export interface Box extends Position {
  readonly width: number;
  readonly height: number;
}

interface Pad {
  readonly side: number;
  /** From the top of the box to the highest step inside. */
  readonly head: number;
  readonly foot: number;
}

const LOOP: Pad = { side: 20, head: 80, foot: 40 }; // the loop's own card and room for its line
const GROUP: Pad = { side: 20, head: 60, foot: 40 };
const EMPTY = { width: 320, height: 180 };

export const placeOf = (step: Step): Position => step.position ?? { x: 0, y: 0 };

/** By key of the step; a group's by `groupId`. */
export type Boxes = ReadonlyMap<string, Box>;

/** Every step's and group's box; inner ones before the ones around them. */
export function boxesOf(
  doc: WorkflowDocument,
  isLoop: (type: string) => boolean,
  widthOf: (step: Step) => number,
): Boxes {
  const boxes = new Map<string, Box>();
  const children = new Map<string, Step[]>();
  for (const step of doc.nodes)
    if (step.parent) children.set(step.parent, [...(children.get(step.parent) ?? []), step]);
  const byKey = new Map(doc.nodes.map((n) => [n.key, n]));
  const groups = new Map(groupsOf(doc).flatMap((group) => group.steps.map((key) => [key, group] as const)));
  const collapsed = new Set(layoutOf(doc).collapsed ?? []);

  const measure = (step: Step): Box => {
    const known = boxes.get(step.key);
    if (known) return known;
    const card = { ...placeOf(step), width: widthOf(step), height: CARD.height };
    boxes.set(step.key, card); // stands even if parents form a circle
    if (!isLoop(step.type) || collapsed.has(step.key)) return card;
    const inside = (children.get(step.key) ?? []).map((child) => {
      const group = groups.get(child.key);
      return group ? measureGroup(group) : measure(child);
    });
    const box = around(inside, LOOP, { ...card, ...EMPTY });
    boxes.set(step.key, box);
    return box;
  };
  const measureGroup = (group: Group): Box => {
    const known = boxes.get(groupId(group.id));
    if (known) return known;
    const whole = around(group.steps.flatMap((key) => byKey.get(key) ?? []).map(measure), GROUP);
    const box = group.collapsed ? { x: whole.x, y: whole.y, width: CARD.width, height: CARD.height } : whole;
    boxes.set(groupId(group.id), box);
    return box;
  };
  doc.nodes.forEach(measure);
  groupsOf(doc).forEach(measureGroup);
  return boxes;
}

/** Around what is inside, and around `least`, where that is given. */
function around(inside: readonly Box[], pad: Pad, least?: Box): Box {
  const all = inside.map((box) => ({
    left: box.x - pad.side,
    top: box.y - pad.head,
    right: box.x + box.width + pad.side,
    bottom: box.y + box.height + pad.foot,
  }));
  if (least) all.push({ left: least.x, top: least.y, right: least.x + least.width, bottom: least.y + least.height });
  if (all.length === 0) return { x: 0, y: 0, ...CARD };
  const left = Math.min(...all.map((one) => one.left));
  const top = Math.min(...all.map((one) => one.top));
  return {
    x: left,
    y: top,
    width: Math.max(...all.map((one) => one.right)) - left,
    height: Math.max(...all.map((one) => one.bottom)) - top,
  };
}

export const holds = (box: Box, point: Position): boolean =>
  point.x >= box.x && point.x <= box.x + box.width && point.y >= box.y && point.y <= box.y + box.height;

/** The innermost open loop whose box holds a point, other than the ones left out. */
export function loopAt(
  doc: WorkflowDocument,
  boxes: Boxes,
  isLoop: (type: string) => boolean,
  point: Position,
  without: ReadonlySet<string> = new Set(),
): string | null {
  const collapsed = layoutOf(doc).collapsed ?? [];
  let best: { key: string; area: number } | null = null;
  for (const step of doc.nodes) {
    const box = boxes.get(step.key);
    if (!box || without.has(step.key) || !isLoop(step.type) || collapsed.includes(step.key) || !holds(box, point))
      continue;
    const area = box.width * box.height;
    if (!best || area < best.area) best = { key: step.key, area };
  }
  return best?.key ?? null;
}

/** The open group of one level whose box holds a point. */
export function groupAtPoint(
  doc: WorkflowDocument,
  boxes: Boxes,
  point: Position,
  level: string | null,
): Group | undefined {
  const parents = new Map(doc.nodes.map((n) => [n.key, n.parent ?? null]));
  return groupsOf(doc).find((group) => {
    const box = boxes.get(groupId(group.id));
    return !group.collapsed && box && parents.get(group.steps[0] ?? "") === level && holds(box, point);
  });
}
