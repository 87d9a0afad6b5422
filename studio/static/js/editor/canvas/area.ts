// What of the canvas is drawn in full while it is looked at from near: what is seen, and some of what is around it.
import type { Box } from "./boxes";

/** React Flow's: x and y in px of the screen, and the zoom. */
export type View = readonly [number, number, number];

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How far around what is seen, in px of the screen. */
const AROUND = 200;

export function seen([x, y, zoom]: View, { width, height }: Size, around = 0): Box {
  return {
    x: (-x - around) / zoom,
    y: (-y - around) / zoom,
    width: (width + 2 * around) / zoom,
    height: (height + 2 * around) / zoom,
  };
}

/** The area of before, while it holds what is seen and is not far larger than needed. */
export function areaFor(view: View, size: Size, before: Box | null): Box {
  const wanted = seen(view, size, AROUND);
  const roomy = before !== null && before.width <= 1.6 * wanted.width && before.height <= 1.6 * wanted.height;
  return before !== null && roomy && covers(before, seen(view, size)) ? before : wanted;
}

const covers = (outer: Box, inner: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

export const meets = (a: Box, b: Box): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;

/** Around both. */
export function around(a: Box, b: Box): Box {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
