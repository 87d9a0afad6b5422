// Where something lands: a card after a drag, a step that comes from the palette.
import type { DragEvent } from "react";
import { groupAt, groupWith, noteAt } from "../document/layout";
import { bodyOf, stepOf } from "../document/read";
import type { Position, Step, WorkflowDocument } from "../document/types";
import { CARD, snapped } from "../session/places";
import type { Session } from "../session/session";
import type { CanvasNode } from "./adapter";
import { type Box, type Boxes, groupAtPoint, loopAt, placeOf } from "./boxes";

/** Places, bodies and groups after a drag, in one command. A loop takes its body along, a group its steps. */
export function drop(session: Session, boxes: Boxes, nodes: readonly CanvasNode[]): void {
  const { doc } = session.state;
  const landing: Landing = { places: new Map(), parents: new Map(), groups: new Map() };
  const moving = new Set(nodes.map((n) => n.id));
  for (const node of nodes) {
    const note = noteAt(doc, node.id);
    const group = groupAt(doc, node.id);
    const step = stepOf(doc, node.id);
    if (note) {
      if (note.x !== node.position.x || note.y !== node.position.y) landing.places.set(node.id, snapped(node.position));
      continue;
    }
    const box = boxes.get(node.id);
    const by = box && movedBy(boxes, node, box);
    if (!by) continue;
    if (group) {
      for (const key of group.steps) carry(doc, key, by, landing.places);
    } else if (step && !(step.parent && moving.has(step.parent))) {
      carry(doc, step.key, by, landing.places);
      land(session, boxes, step, { x: box.x + by.x, y: box.y + by.y }, box.width, moving, landing);
    }
  }
  if (landing.places.size) session.steps.moveTo(landing.places, landing.parents, landing.groups);
}

interface Landing {
  readonly places: Map<string, Position>;
  /** The loop that a step comes to stand in; null: none. */
  readonly parents: Map<string, string | null>;
  readonly groups: Map<string, string | null>;
}

function movedBy(boxes: Boxes, node: CanvasNode, box: Box): Position | null {
  const outer = node.parentId === undefined ? undefined : boxes.get(node.parentId);
  const by = { x: node.position.x + (outer?.x ?? 0) - box.x, y: node.position.y + (outer?.y ?? 0) - box.y };
  return by.x === 0 && by.y === 0 ? null : by;
}

/** A step and its body, moved. */
function carry(doc: WorkflowDocument, key: string, by: Position, places: Map<string, Position>): void {
  const step = stepOf(doc, key);
  for (const one of step ? [step, ...bodyOf(doc, key)] : []) {
    const old = placeOf(one);
    places.set(one.key, snapped({ x: old.x + by.x, y: old.y + by.y }));
  }
}

/** Which loop and which group a step landed in. */
function land(
  session: Session,
  boxes: Boxes,
  step: Step,
  at: Position,
  width: number,
  moving: ReadonlySet<string>,
  { parents, groups }: Landing,
): void {
  const { doc } = session.state;
  const own = new Set([step.key, ...bodyOf(doc, step.key).map((n) => n.key)]);
  const middle = { x: at.x + Math.min(width, CARD.width) / 2, y: at.y + CARD.height / 2 };
  const before = groupWith(doc, step.key);
  if (before?.steps.every((key) => moving.has(key))) return; // the whole group was moved
  const home = step.parent ?? null;
  const trigger = session.types.isTrigger(step.type);
  const parent = trigger ? home : loopAt(doc, boxes, session.types.isLoop, middle, own);
  if (parent !== home) parents.set(step.key, parent);
  const group = groupAtPoint(doc, boxes, middle, parent);
  if (group?.id !== before?.id) groups.set(step.key, group?.id ?? null);
}

/** What a dragged step would be dropped on. */
export function targetAt(event: DragEvent): { edge?: string; port?: string } | null {
  const hit = document.elementFromPoint(event.clientX, event.clientY);
  const add = hit?.closest<HTMLElement>("[data-add-after]");
  if (add?.dataset.addAfter) return { port: add.dataset.addAfter };
  const port = hit?.closest<HTMLElement>("[data-port][data-step]");
  if (port) return { port: `${port.dataset.step}/${port.dataset.port}` };
  const edge = hit?.closest(".react-flow__edge")?.getAttribute("data-id");
  return edge && !edge.startsWith("fold:") ? { edge } : null;
}

export function markTarget(event: DragEvent): void {
  const hit = document.elementFromPoint(event.clientX, event.clientY)?.closest(".react-flow__edge, [data-add-after]");
  if (hit?.classList.contains("drop-here")) return;
  unmark();
  hit?.classList.add("drop-here");
}

export function unmark(): void {
  for (const marked of document.querySelectorAll(".drop-here")) marked.classList.remove("drop-here");
}
