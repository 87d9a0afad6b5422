// From very far: all cards that look as most do, as one drawing. The cards themselves stay, can be pointed at, get the focus.
import { useStore, ViewportPortal } from "@xyflow/react";
import { memo, useMemo, useRef } from "react";
import type { CanvasNode } from "./adapter";
import { type Card, cardSheets, isPlain } from "./cards";

export const CardSheet = memo(function CardSheet({ nodes }: { nodes: readonly CanvasNode[] }) {
  const cards = useCards(nodes);
  const sheets = useMemo(() => cardSheets(cards), [cards]);
  return (
    <ViewportPortal>
      {sheets.map(({ z, faces, tiles }) => (
        <svg key={z} className="sheet" style={{ zIndex: z }} aria-hidden="true">
          <path className="sheet-faces" d={faces} />
          {[...tiles].map(([kind, path]) => (
            <path key={kind} d={path} style={{ fill: `var(--k-${COLOURS[kind] ?? kind}, var(--k-data))` }} />
          ))}
        </svg>
      ))}
    </ViewportPortal>
  );
});

const COLOURS: { readonly [kind: string]: string } = { guard: "gate" };

/** Where React Flow has the plain ones: a loop that is dragged takes its steps along. */
function useCards(nodes: readonly CanvasNode[]): readonly Card[] {
  const plain = useMemo(() => nodes.filter(isPlain), [nodes]);
  const known = useRef<{ of: readonly CanvasNode[]; places: unknown[]; cards: readonly Card[] }>(undefined);
  return useStore(({ nodeLookup }) => {
    const inside = plain.map((node) => nodeLookup.get(node.id)?.internals);
    const places = inside.map((one) => one?.positionAbsolute);
    const before = known.current;
    if (before?.of === plain && places.every((place, at) => place === before.places[at])) return before.cards;
    const cards = plain.flatMap((node, at): Card[] => {
      const one = inside[at];
      if (!one || node.type !== "step") return [];
      const box = { ...one.positionAbsolute, width: node.width ?? 0, height: node.height ?? 0 };
      return [{ kind: node.data.type?.kind ?? "data", box, z: one.z }];
    });
    known.current = { of: plain, places, cards };
    return cards;
  });
}
