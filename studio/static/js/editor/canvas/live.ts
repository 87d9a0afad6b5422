// Which lines of a large workflow are React Flow's own, each an element that can be clicked and dropped on, and which are
// part of one drawing. A browser builds its layers anew for every frame that moves, and hundreds of elements take it longer
// than a frame has.
import { useStore } from "@xyflow/react";
import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Drawn, StepEdge } from "./adapter";
import { areaFor, around, meets } from "./area";
import type { Box, Boxes } from "./boxes";
import type { Flow } from "./camera";
import { distanceOf } from "./distance";
import { lineAt, type Shape, shapeOf } from "./lines";

/** Up to so many lines, all are React Flow's own. */
const ALL_LIVE_UP_TO = 120;
/** How far from a line the pointer may be, in px of the screen. */
const REACH = 12;

export interface Live {
  /** For React Flow. */
  readonly edges: StepEdge[];
  /** For the drawing below. */
  readonly still: readonly StepEdge[];
  readonly shapes: ReadonlyMap<string, Shape>;
  /** The line under the pointer becomes React Flow's own. */
  readonly point: (event: { clientX: number; clientY: number }) => void;
}

export function useLive(flow: Flow, drawn: Drawn, stage: RefObject<HTMLElement | null>): Live {
  const large = drawn.edges.length > ALL_LIVE_UP_TO;
  const area = useArea(large);
  const shapes = useShapes(large ? drawn.edges : NONE);
  const [pointed, setPointed] = useState<string | null>(null);
  useAway(stage, drawn.boxes, area);
  const [edges, still] = useMemo(() => {
    if (!large) return [drawn.edges, NONE];
    const isLive = (edge: StepEdge): boolean =>
      edge.selected === true || edge.id === pointed || (area !== null && isIn(edge, drawn.boxes, area));
    return [drawn.edges.filter(isLive), drawn.edges.filter((edge) => !isLive(edge))];
  }, [large, drawn, area, pointed]);
  const point = useCallback(
    (event: { clientX: number; clientY: number }) => {
      if (shapes.size === 0 || area !== null) return; // what can be pointed at is live already
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false });
      setPointed(lineAt(shapes, at, REACH / flow.getZoom()));
    },
    [flow, shapes, area],
  );
  return { edges, still, shapes, point };
}

const NONE: StepEdge[] = [];

function isIn(edge: StepEdge, boxes: Boxes, area: Box): boolean {
  const from = boxes.get(edge.source);
  const to = boxes.get(edge.target);
  return from !== undefined && to !== undefined && meets(around(from, to), area);
}

/** What is drawn in full. Null from afar, where nothing is, and in small workflows, where everything is. */
function useArea(large: boolean): Box | null {
  const before = useRef<Box | null>(null);
  return useStore((state) => {
    const near = large && distanceOf(state.transform[2]) === "near";
    before.current = near ? areaFor(state.transform, state, before.current) : null;
    return before.current;
  });
}

interface Known {
  readonly source: unknown;
  readonly target: unknown;
  readonly shape: Shape | null;
}

/** Where each line runs. It is reckoned again when one of its cards is another to React Flow. */
function useShapes(edges: readonly StepEdge[]): ReadonlyMap<string, Shape> {
  const known = useRef<{ all: Map<string, Known>; shapes: ReadonlyMap<string, Shape> }>({
    all: new Map(),
    shapes: new Map(),
  });
  return useStore(({ nodeLookup }) => {
    const before = known.current.all;
    const all = new Map<string, Known>();
    let same = before.size === edges.length;
    for (const edge of edges) {
      const one = before.get(edge.id);
      const source = nodeLookup.get(edge.source);
      const target = nodeLookup.get(edge.target);
      if (one && one.source === source && one.target === target) all.set(edge.id, one);
      else {
        same = false;
        all.set(edge.id, { source, target, shape: source && target ? shapeOf(edge, source, target) : null });
      }
    }
    if (!same) known.current = { all, shapes: shapesIn(all) };
    return known.current.shapes;
  });
}

const shapesIn = (all: ReadonlyMap<string, Known>): ReadonlyMap<string, Shape> =>
  new Map([...all].flatMap(([id, { shape }]) => (shape ? [[id, shape] as const] : [])));

/** Cards outside of the area are marked: what is inside of them is not drawn. Outside of React, which would render all. */
function useAway(stage: RefObject<HTMLElement | null>, boxes: Boxes, area: Box | null): void {
  useLayoutEffect(() => {
    for (const card of stage.current?.querySelectorAll<HTMLElement>(".react-flow__node") ?? []) {
      const box = boxes.get(card.dataset.id ?? "");
      card.toggleAttribute("data-away", area !== null && box !== undefined && !meets(box, area));
    }
  }, [stage, boxes, area]);
}
