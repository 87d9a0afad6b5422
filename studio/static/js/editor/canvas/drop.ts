// Where something lands: a card after a drag, a step that comes from the palette.
import type { DragEvent } from "react";
import { bodyOf, stepOf } from "../document/read";
import type { Position } from "../document/types";
import { CARD, snapped } from "../session/places";
import type { Session } from "../session/session";
import type { StepNode } from "./adapter";
import { type Boxes, loopAt, placeOf } from "./boxes";

/** Places and bodies after a drag, in one command. A loop takes its body along. */
export function drop(session: Session, boxes: Boxes, nodes: readonly StepNode[]): void {
  const { doc } = session.state;
  const places = new Map<string, Position>();
  const parents = new Map<string, string | null>();
  const moving = new Set(nodes.map((n) => n.id));
  for (const node of nodes) {
    const step = stepOf(doc, node.id);
    const box = boxes.get(node.id);
    if (!step || !box || (step.parent && moving.has(step.parent))) continue;
    const outer = step.parent ? boxes.get(step.parent) : undefined;
    const at = { x: node.position.x + (outer?.x ?? 0), y: node.position.y + (outer?.y ?? 0) };
    const by = { x: at.x - box.x, y: at.y - box.y };
    if (by.x === 0 && by.y === 0) continue;
    const body = bodyOf(doc, step.key);
    for (const one of [step, ...body]) {
      const old = placeOf(one);
      places.set(one.key, snapped({ x: old.x + by.x, y: old.y + by.y }));
    }
    if (session.types.isTrigger(step.type)) continue;
    const own = new Set([step.key, ...body.map((n) => n.key)]);
    const middle = { x: at.x + Math.min(box.width, CARD.width) / 2, y: at.y + CARD.height / 2 };
    const parent = loopAt(doc, boxes, session.types.isLoop, middle, own);
    if (parent !== (step.parent ?? null)) parents.set(step.key, parent);
  }
  if (places.size) session.steps.moveTo(places, parents);
}

/** What a dragged step would be dropped on. */
export function targetAt(event: DragEvent): { edge?: string; port?: string } | null {
  const hit = document.elementFromPoint(event.clientX, event.clientY);
  const add = hit?.closest<HTMLElement>("[data-add-after]");
  if (add?.dataset.addAfter) return { port: add.dataset.addAfter };
  const port = hit?.closest<HTMLElement>("[data-port][data-step]");
  if (port) return { port: `${port.dataset.step}/${port.dataset.port}` };
  const edge = hit?.closest(".react-flow__edge")?.getAttribute("data-id");
  return edge ? { edge } : null;
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
