// Cards as shapes: from very far, where a card is a rectangle with a square in it, hundreds are one drawing.
import type { CanvasNode } from "./adapter";
import type { Box } from "./boxes";

/** A card that looks as most do: nothing is wrong with it, no test came through it, it is not selected. */
export function isPlain(node: CanvasNode): boolean {
  if (node.type !== "step" || node.selected) return false;
  const { errors, warnings, tone, passedBy, ungated, hides, heat } = node.data;
  return !errors && !warnings && !tone && !passedBy && !ungated && !hides && !heat;
}

export interface Card {
  readonly kind: string;
  readonly box: Box;
  /** As React Flow has it: steps inside a loop lie above it. */
  readonly z: number;
}

export interface CardSheet {
  readonly z: number;
  readonly faces: string;
  /** By kind of step. */
  readonly tiles: ReadonlyMap<string, string>;
}

const RADIUS = 7.5;
const TILE = { x: 13, size: 28, radius: 7 };

export function cardSheets(cards: readonly Card[]): CardSheet[] {
  const sheets = new Map<number, { faces: string[]; tiles: Map<string, string[]> }>();
  for (const { kind, box, z } of cards) {
    const sheet = sheets.get(z) ?? { faces: [], tiles: new Map<string, string[]>() };
    sheets.set(z, sheet);
    // the border lies within the card, its stroke on the middle of it
    sheet.faces.push(rounded(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1, RADIUS));
    const tile = rounded(box.x + TILE.x, box.y + (box.height - TILE.size) / 2, TILE.size, TILE.size, TILE.radius);
    const tiles = sheet.tiles.get(kind);
    if (tiles) tiles.push(tile);
    else sheet.tiles.set(kind, [tile]);
  }
  return [...sheets]
    .sort(([a], [b]) => a - b)
    .map(([z, { faces, tiles }]) => ({
      z,
      faces: faces.join(""),
      tiles: new Map([...tiles].map(([kind, paths]) => [kind, paths.join("")])),
    }));
}

function rounded(x: number, y: number, width: number, height: number, r: number): string {
  const corner = (dx: number, dy: number): string => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
  const [across, down] = [width - 2 * r, height - 2 * r];
  return `M${x + r} ${y}h${across}${corner(r, r)}v${down}${corner(-r, r)}h${-across}${corner(-r, -r)}v${-down}${corner(r, -r)}z`;
}
