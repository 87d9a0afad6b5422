// How wide a card is, and where its ports stand: evenly where their names have room, else as wide as the names need.
import { CARD, GRID } from "../session/places";

const LETTER = 5.9;
const GAP = 10;

export interface PortLayout {
  readonly width: number;
  /** The middle of each port, from the card's left. */
  readonly middles: readonly number[];
}

const nameWidth = (name: string): number => name.length * LETTER + 8;

export function portLayout(names: readonly string[]): PortLayout {
  const widths = names.map(nameWidth);
  const even = names.map((_, index) => (CARD.width * (index + 1)) / (names.length + 1));
  const clear = even.every((middle, index) => {
    const next = even[index + 1];
    return next === undefined || next - middle >= ((widths[index] ?? 0) + (widths[index + 1] ?? 0)) / 2 + GAP;
  });
  if (names.length < 2 || clear) return { width: CARD.width, middles: even };
  const total = widths.reduce((sum, width) => sum + width, 0) + GAP * (names.length - 1);
  const width = Math.max(CARD.width, Math.ceil((total + 2 * GAP) / GRID) * GRID);
  let left = (width - total) / 2;
  const middles = widths.map((one) => {
    const middle = left + one / 2;
    left += one + GAP;
    return middle;
  });
  return { width, middles };
}
