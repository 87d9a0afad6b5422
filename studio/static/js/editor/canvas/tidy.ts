// Tidy up: layers from top to bottom, a loop's body inside its box. Loaded when first asked for.
import dagre from "@dagrejs/dagre";
import { inOrder } from "../document/read";
import { BODY_PORT, type Edge, ERROR_PORT, type Position, type Step, type WorkflowDocument } from "../document/types";
import { CARD, GRID } from "../session/places";

interface Size {
  readonly width: number;
  readonly height: number;
}

const LOOP_PAD = { side: 20, head: 100, foot: 40 };
const LOOP_LEAST: Size = { width: 320, height: 180 };

export interface Looks {
  ports(step: Step): readonly string[];
  width(step: Step): number;
}

/** New places; with `only`, those steps alone, around where they were. */
export function tidied(
  doc: WorkflowDocument,
  looks: Looks,
  only: ReadonlySet<string> | null = null,
): Map<string, Position> {
  const order = new Map(inOrder(doc).map((key, index) => [key, index]));
  const steps = [...doc.nodes].sort((a, b) => (order.get(a.key) ?? 0) - (order.get(b.key) ?? 0));
  const places = new Map<string, Position>();
  const chosen = only ? steps.filter((n) => only.has(n.key)) : steps;
  const keys = new Set(chosen.map((n) => n.key));
  const tops = chosen.filter((n) => !n.parent || !keys.has(n.parent));
  const corner = only ? topLeft(tops) : { x: 0, y: 0 };
  layOut(doc, looks, chosen, tops, corner, places);
  return places;
}

/** Lays out one level, then writes the places of everything inside. Gives the size that it took. */
function layOut(
  doc: WorkflowDocument,
  looks: Looks,
  all: readonly Step[],
  level: readonly Step[],
  corner: Position,
  places: Map<string, Position>,
): Size {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 40, ranksep: 64, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const here = new Set(level.map((n) => n.key));
  const inner = new Map<string, Map<string, Position>>();
  for (const step of level) {
    const body = all.filter((n) => n.parent === step.key);
    const size =
      body.length || looks.ports(step).includes(BODY_PORT)
        ? loopSize(doc, looks, all, step, body, inner)
        : { width: looks.width(step), height: CARD.height };
    graph.setNode(step.key, { ...size });
  }
  for (const edge of inPortOrder(doc, level, looks)) {
    if (here.has(edge.from) && here.has(edge.to)) graph.setEdge(edge.from, edge.to, {}, edge.port);
  }
  dagre.layout(graph);
  for (const step of level) {
    const at = graph.node(step.key);
    const place = { x: grid(corner.x + at.x - at.width / 2), y: grid(corner.y + at.y - at.height / 2) };
    places.set(step.key, place);
    for (const [key, inside] of inner.get(step.key) ?? [])
      places.set(key, { x: place.x + LOOP_PAD.side + inside.x, y: place.y + LOOP_PAD.head + inside.y });
  }
  const { width = 0, height = 0 } = graph.graph();
  return { width, height };
}

function loopSize(
  doc: WorkflowDocument,
  looks: Looks,
  all: readonly Step[],
  loop: Step,
  body: readonly Step[],
  inner: Map<string, Map<string, Position>>,
): Size {
  const inside = new Map<string, Position>();
  const size = body.length ? layOut(doc, looks, all, body, { x: 0, y: 0 }, inside) : { width: 0, height: 0 };
  inner.set(loop.key, inside);
  return {
    width: Math.max(LOOP_LEAST.width, size.width + 2 * LOOP_PAD.side),
    height: Math.max(LOOP_LEAST.height, size.height + LOOP_PAD.head + LOOP_PAD.foot),
  };
}

/** Edges in the order of their ports, so that the first port's branch stands left. */
function inPortOrder(doc: WorkflowDocument, level: readonly Step[], looks: Looks): Edge[] {
  return level.flatMap((step) => {
    const ports = [...looks.ports(step), ERROR_PORT];
    const out = doc.edges.filter((edge) => edge.from === step.key);
    return out.sort((a, b) => ports.indexOf(a.port) - ports.indexOf(b.port));
  });
}

const grid = (n: number): number => Math.round(n / GRID) * GRID;

function topLeft(steps: readonly Step[]): Position {
  const places = steps.map((n) => n.position ?? { x: 0, y: 0 });
  return { x: Math.min(...places.map((p) => p.x)), y: Math.min(...places.map((p) => p.y)) };
}
