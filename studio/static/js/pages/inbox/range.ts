// Which rows a Shift-click, or Shift and x, selects. Pure.

/** Positions from the last one that was chosen to this one, both included; this one alone where there was none. */
export function between(anchor: number | null, to: number, count: number): number[] {
  const from = anchor === null || anchor < 0 || anchor >= count ? to : anchor;
  const [low, high] = from < to ? [from, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_none, step) => low + step);
}

/** How a box above all others stands: on where all are, off where none is, in between where some are. */
export function boxOfAll(selected: number, count: number): "on" | "off" | "between" {
  if (selected === 0 || count === 0) return "off";
  return selected >= count ? "on" : "between";
}
