// Where the ports of a card are, as its style sheet places them: React Flow need not measure them, nor draw them from afar.
import { type NodeHandle, Position } from "@xyflow/react";
import { BODY_PORT, ERROR_PORT } from "../document/types";
import { portLayout } from "./width";

/** A port is a circle of 9 px; its middle is on the inner side of a card's border of 1 px. */
const SIZE = 9;
const BORDER = 1;
/** The foot of a loop's own card within its box. */
const HEAD = 56;

interface Card {
  readonly width: number;
  readonly height: number;
}

/** By the middle of the port, from the card's left and top. */
const handle = (id: string, type: "source" | "target", position: Position, x: number, y: number): NodeHandle => ({
  id,
  type,
  position,
  x: x - SIZE / 2,
  y: y - SIZE / 2,
  width: SIZE,
  height: SIZE,
});

const into = ({ width }: Card): NodeHandle => handle("in", "target", Position.Top, width / 2, BORDER);
const below = (id: string, { height }: Card, x: number): NodeHandle =>
  handle(id, "source", Position.Bottom, x, height - BORDER);

/** Of a step, or of an open loop. A trigger follows on nothing and cannot fail. */
export function stepHandles(
  ports: readonly { readonly port: string; readonly name: string }[],
  card: Card,
  { trigger, openLoop }: { readonly trigger: boolean; readonly openLoop: boolean },
): NodeHandle[] {
  const body = openLoop && ports.some(({ port }) => port === BODY_PORT);
  const after = ports.filter(({ port }) => !openLoop || port !== BODY_PORT);
  const { middles } = portLayout(after.map(({ name }) => name));
  return [
    ...(trigger ? [] : [into(card)]),
    ...(body ? [handle(BODY_PORT, "source", Position.Bottom, card.width / 2, HEAD + BORDER)] : []),
    ...after.map(({ port }, at) => below(port, card, after.length > 1 ? BORDER + (middles[at] ?? 0) : card.width / 2)),
    ...(trigger ? [] : [handle(ERROR_PORT, "source", Position.Right, card.width - BORDER, card.height / 2)]),
  ];
}

/** Of the card that stands for a collapsed group. */
export const pileHandles = (card: Card): NodeHandle[] => [into(card), below("out", card, card.width / 2)];
