// Many lines as one drawing, below the cards: what is not React Flow's own at this moment.
import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";
import type { StepEdge } from "./adapter";
import { type Shape, sheetsOf } from "./lines";

interface Props {
  readonly edges: readonly StepEdge[];
  readonly shapes: ReadonlyMap<string, Shape>;
}

export const LineSheet = memo(function LineSheet({ edges, shapes }: Props) {
  const sheets = useMemo(() => sheetsOf(edges, shapes), [edges, shapes]);
  return (
    <ViewportPortal>
      {sheets.map(({ z, paths }) => (
        // what React Flow draws stands before this in the page: one lower is below the cards of the same height
        <svg key={z} className="sheet" style={{ zIndex: z - 1 }} aria-hidden="true">
          {[...paths].map(([look, path]) => (
            <path key={look} d={path} className={`react-flow__edge-path ${look}`} />
          ))}
        </svg>
      ))}
    </ViewportPortal>
  );
});
