// Lines as shapes, apart from React Flow: where each runs, which is under the pointer, and which can be drawn as one.
import { getBezierPath, Position as Side } from "@xyflow/react";
import { ERROR_PORT } from "../document/types";
import type { StepEdge } from "./adapter";
import type { Box } from "./boxes";

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Port extends Box {
  readonly id?: string | null;
  readonly position: Side;
}

/** What React Flow knows of a card: where it stands, and its ports within it. */
export interface Ends {
  readonly parentId?: string | undefined;
  readonly internals: {
    readonly positionAbsolute: Point;
    readonly z: number;
    readonly handleBounds?: { readonly source: readonly Port[] | null; readonly target: readonly Port[] | null };
  };
}

/** One line, drawn from `path`; the four points of its curve tell whether it is near another point. */
export interface Shape {
  readonly path: string;
  readonly curve: readonly [Point, Point, Point, Point];
  /** As React Flow has it: lines inside a loop lie above it. */
  readonly z: number;
}

/** As React Flow would draw it. Null: a port is not measured, or not there. */
export function shapeOf(edge: StepEdge, source: Ends, target: Ends): Shape | null {
  const from = source.internals.handleBounds?.source?.find((port) => port.id === edge.sourceHandle);
  const to = target.internals.handleBounds?.target?.find((port) => port.id === edge.targetHandle);
  if (!from || !to) return null;
  const start = end(source, from);
  const stop = end(target, to);
  const [path] = getBezierPath({
    sourceX: start.x,
    sourceY: start.y,
    sourcePosition: from.position,
    targetX: stop.x,
    targetY: stop.y,
    targetPosition: to.position,
  });
  const z = Math.max(source.parentId ? source.internals.z : 0, target.parentId ? target.internals.z : 0);
  return { path, curve: curveOf(path), z };
}

function end({ internals }: Ends, port: Port): Point {
  const x = internals.positionAbsolute.x + port.x;
  const y = internals.positionAbsolute.y + port.y;
  if (port.position === Side.Right) return { x: x + port.width, y: y + port.height / 2 };
  return { x: x + port.width / 2, y: port.position === Side.Bottom ? y + port.height : y };
}

/** "Mx,y Cx,y x,y x,y", as getBezierPath writes it. */
function curveOf(path: string): Shape["curve"] {
  const n = (path.match(/-?[\d.]+(?:e-?\d+)?/g) ?? []).map(Number);
  const point = (at: number): Point => ({ x: n[at] ?? 0, y: n[at + 1] ?? 0 });
  return [point(0), point(2), point(4), point(6)];
}

const SAMPLES = 24;

/** The line nearest to a point, of those that are at most so far away from it. */
export function lineAt(shapes: ReadonlyMap<string, Shape>, at: Point, within: number): string | null {
  let best: string | null = null;
  let least = within;
  for (const [id, { curve }] of shapes) {
    const xs = curve.map((point) => point.x);
    const ys = curve.map((point) => point.y);
    if (at.x < Math.min(...xs) - least || at.x > Math.max(...xs) + least) continue;
    if (at.y < Math.min(...ys) - least || at.y > Math.max(...ys) + least) continue;
    const away = distance(curve, at);
    if (away <= least) {
      best = id;
      least = away;
    }
  }
  return best;
}

/** From a point to a curve, which is taken as straight pieces. */
function distance([a, b, c, d]: Shape["curve"], at: Point): number {
  let least = Number.POSITIVE_INFINITY;
  let before = a;
  for (let step = 1; step <= SAMPLES; step += 1) {
    const t = step / SAMPLES;
    const s = 1 - t;
    const on = (axis: "x" | "y"): number =>
      s ** 3 * a[axis] + 3 * s ** 2 * t * b[axis] + 3 * s * t ** 2 * c[axis] + t ** 3 * d[axis];
    const point = { x: on("x"), y: on("y") };
    least = Math.min(least, toPiece(before, point, at));
    before = point;
  }
  return least;
}

function toPiece(a: Point, b: Point, at: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((at.x - a.x) * dx + (at.y - a.y) * dy) / length));
  return Math.hypot(at.x - a.x - t * dx, at.y - a.y - t * dy);
}

/** How a line looks, as the classes of its path. */
export function lineClass({ data, selected }: Pick<StepEdge, "data" | "selected">): string {
  const classes = ["line"];
  if (selected) classes.push("selected");
  if (data?.taken) classes.push("taken");
  if (data?.passedBy) classes.push("passed-by");
  if (data?.ungated) classes.push("ungated");
  if (data?.edge.port === ERROR_PORT) classes.push("error-line");
  return classes.join(" ");
}

/** Lines of one height, by what they look like: a path each. */
export interface Sheet {
  readonly z: number;
  readonly paths: ReadonlyMap<string, string>;
}

export function sheetsOf(edges: readonly StepEdge[], shapes: ReadonlyMap<string, Shape>): Sheet[] {
  const sheets = new Map<number, Map<string, string[]>>();
  for (const edge of edges) {
    const shape = shapes.get(edge.id);
    if (!shape) continue;
    const looks = sheets.get(shape.z) ?? new Map<string, string[]>();
    sheets.set(shape.z, looks);
    const look = lineClass(edge);
    const paths = looks.get(look);
    if (paths) paths.push(shape.path);
    else looks.set(look, [shape.path]);
  }
  return [...sheets]
    .sort(([a], [b]) => a - b)
    .map(([z, looks]) => ({ z, paths: new Map([...looks].map(([look, paths]) => [look, paths.join(" ")])) }));
}
