// Where a new step may stand without covering another. Cards are 240 × 56 on a grid of 20.
import { type Note, notesOf } from "../document/layout";
import type { Position, Step, WorkflowDocument } from "../document/types";

export const CARD = { width: 240, height: 56 };
export const GRID = 20;
const ROW = 120;
const COLUMN = 280;
const IN_BODY = 40; // a card stands in the middle of an empty loop

export const snapped = ({ x, y }: Position): Position => ({
  x: Math.round(x / GRID) * GRID,
  y: Math.round(y / GRID) * GRID,
});

/** The nearest free place at or below a wish. */
export function roomFor(doc: WorkflowDocument, wish: Position): Position {
  let place = snapped(wish);
  while (doc.nodes.some((n) => covers(n.position ?? { x: 0, y: 0 }, place)))
    place = { x: place.x, y: place.y + ROW / 2 };
  return place;
}

type Sized = Position & { readonly width: number; readonly height: number };

const cardOf = (step: Step): Sized => ({ ...(step.position ?? { x: 0, y: 0 }), ...CARD });

/** How far copies are moved to stand beside the originals, where they cover nothing. */
export function besides(doc: WorkflowDocument, copies: readonly Step[], notes: readonly Note[] = []): Position {
  const boxes = [...copies.map(cardOf), ...notes];
  const taken = [...doc.nodes.map(cardOf), ...notesOf(doc)];
  const [left, right] = [Math.min(...boxes.map((one) => one.x)), Math.max(...boxes.map((one) => one.x + one.width))];
  let by = { x: right - left + 4 * GRID, y: 0 }; // room for a loop's border
  const meets = (a: Sized, b: Sized): boolean =>
    a.x + by.x < b.x + b.width && b.x < a.x + by.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  const covered = (): boolean => boxes.some((box) => taken.some((other) => meets(box, other)));
  while (covered()) by = { x: by.x + 4 * GRID, y: 0 };
  return by;
}

/** Below a step; several ports spread their followers sideways, in the order of the ports. */
export function roomBelow(
  doc: WorkflowDocument,
  step: Step,
  ports: readonly string[] = [],
  port?: string,
  inside = false,
): Position {
  const at = step.position ?? { x: 0, y: 0 };
  const shown = ports.filter((name) => name !== "each");
  const index = port === undefined ? -1 : shown.indexOf(port);
  const sideways =
    shown.length > 1 && index >= 0 ? (index - (shown.length - 1) / 2) * COLUMN : port === "error" ? COLUMN : 0;
  const body = inside
    ? []
    : doc.nodes.filter((n) => n.parent === step.key).map((n) => (n.position?.y ?? 0) + CARD.height);
  return roomFor(doc, {
    x: at.x + (inside ? IN_BODY : sideways),
    y: Math.max(at.y + ROW, ...body.map((bottom) => bottom + ROW / 2)),
  });
}

const covers = (a: Position, b: Position): boolean =>
  Math.abs(a.x - b.x) < CARD.width + GRID && Math.abs(a.y - b.y) < CARD.height + GRID;
