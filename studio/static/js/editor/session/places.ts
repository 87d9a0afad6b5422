// Where a new step may stand without covering another. Cards are 240 × 56 on a grid of 20.
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

/** How far copies are moved to stand beside the originals, where they cover nothing. */
export function besides(doc: WorkflowDocument, copies: readonly Step[]): Position {
  const places = copies.map((copy) => copy.position ?? { x: 0, y: 0 });
  const lefts = places.map((place) => place.x);
  const width = Math.max(...lefts) - Math.min(...lefts) + CARD.width + 4 * GRID; // room for a loop's border
  let by = { x: width, y: 0 };
  const covered = (): boolean =>
    places.some((place) =>
      doc.nodes.some((n) => covers(n.position ?? { x: 0, y: 0 }, { x: place.x + by.x, y: place.y + by.y })),
    );
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
