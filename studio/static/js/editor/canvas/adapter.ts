// From the document to what React Flow draws. Objects are reused while nothing in them changed, so that moving one card
// does not draw the others again.
import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import type { NodeInfos, NodeTypeInfo } from "../api/types";
import { edgeId, inOrder } from "../document/read";
import { type Edge, ERROR_PORT, type Position, type Step, type WorkflowDocument } from "../document/types";
import { type Catalogue, portName, portsOf } from "../session/catalogue";
import type { State } from "../session/state";
import { type Boxes, boxesOf } from "./boxes";
import { lastSteps, type Tone, toneOf, wasTaken } from "./outcome";
import type { Looks } from "./tidy";
import { portLayout } from "./width";

export interface PortView {
  readonly port: string;
  readonly name: string;
  readonly connected: boolean;
}

export interface StepData extends Record<string, unknown> {
  readonly step: Step;
  readonly type: NodeTypeInfo | undefined;
  readonly ports: readonly PortView[];
  readonly summary: string;
  readonly errors: number;
  readonly warnings: number;
  readonly tone: Tone | null;
  readonly state: string | null;
  /** A test ran and did not come here. */
  readonly passedBy: boolean;
  /** On a way that comes past a gate. */
  readonly ungated: boolean;
  readonly errorPort: boolean;
}

export type StepNode = FlowNode<StepData, "step" | "loop">;
export type StepEdge = FlowEdge<{ edge: Edge; taken: boolean; passedBy: boolean; ungated: boolean }, "flow">;

export interface Drawn {
  readonly nodes: StepNode[];
  readonly edges: StepEdge[];
  readonly boxes: Boxes;
}

/** As wide as the names of its ports need. */
export const widthOf = (step: Step, types: Catalogue, infos: NodeInfos): number =>
  portLayout(portsOf(step, types, infos).map((port) => portName(step, port, types, infos))).width;

/** What tidying up needs to know of each step. */
export const looksOf = (doc: WorkflowDocument, types: Catalogue, infos: NodeInfos): Looks =>
  Object.fromEntries(
    doc.nodes.map((n) => [n.key, { ports: portsOf(n, types, infos), width: widthOf(n, types, infos) }]),
  );

export type Memory = Map<string, { mark: string; step: Step; node: StepNode }>;

export function draw(state: State, types: Catalogue, dragged: ReadonlyMap<string, Position>, memory: Memory): Drawn {
  const { doc, infos } = state;
  const boxes = boxesOf(doc, types.isLoop, (step) => widthOf(step, types, infos));
  const steps = lastSteps(state.test);
  const byKey = new Map(doc.nodes.map((n) => [n.key, n]));
  const used = new Set(doc.edges.map((edge) => `${edge.from}/${edge.port}`));
  const selected = new Set(state.selected);
  const counts = problemCounts(state);
  const ungated = ungatedSteps(state);

  const nodes = inOrder(doc).flatMap((key) => {
    const step = byKey.get(key);
    const box = boxes.get(key);
    if (!step || !box) return [];
    const type = types.of(step.type);
    const ports = portsOf(step, types, infos).map((port) => ({
      port,
      name: portName(step, port, types, infos),
      connected: used.has(`${key}/${port}`),
    }));
    const outer = step.parent ? boxes.get(step.parent) : undefined;
    const position = dragged.get(key) ?? (outer ? { x: box.x - outer.x, y: box.y - outer.y } : { x: box.x, y: box.y });
    const result = steps.get(key);
    const look = {
      position,
      size: [box.width, box.height],
      parent: outer ? step.parent : null,
      selected: selected.has(key),
      ports,
      summary: infos[key]?.summary ?? "",
      errors: counts.get(key)?.errors ?? 0,
      warnings: counts.get(key)?.warnings ?? 0,
      tone: result ? toneOf(result.state) : null,
      state: result?.state ?? null,
      passedBy: state.test !== null && (!result || result.state === "skipped"),
      ungated: ungated.has(key),
      errorPort: used.has(`${key}/${ERROR_PORT}`),
    };
    const mark = JSON.stringify(look);
    const known = memory.get(key);
    if (known && known.mark === mark && known.step === step) return [known.node];
    const node = flowNode(step, type, look, box);
    memory.set(key, { mark, step, node });
    return [node];
  });
  return { nodes, edges: doc.edges.map((edge) => flowEdge(edge, state)), boxes };
}

type Look = Omit<StepData, "step" | "type"> & { position: Position; parent?: unknown; selected: boolean };

function flowNode(
  step: Step,
  type: NodeTypeInfo | undefined,
  look: Look,
  box: { width: number; height: number },
): StepNode {
  const { ports, summary, errors, warnings, tone, state, passedBy, ungated, errorPort } = look;
  const size = { width: box.width, height: box.height };
  return {
    id: step.key,
    type: type?.is_loop ? "loop" : "step",
    position: look.position,
    ...size,
    measured: size,
    selected: look.selected,
    ...(look.parent ? { parentId: String(look.parent) } : {}),
    ariaLabel: `${step.name}, ${type?.title ?? step.type}`,
    domAttributes: { "data-node-key": step.key } as NonNullable<StepNode["domAttributes"]>,
    data: { step, type, ports, summary, errors, warnings, tone, state, passedBy, ungated, errorPort } as StepData,
  };
}

function flowEdge(edge: Edge, state: State): StepEdge {
  const id = edgeId(edge);
  const taken = wasTaken(state.test, edge);
  return {
    id,
    type: "flow",
    source: edge.from,
    sourceHandle: edge.port,
    target: edge.to,
    targetHandle: "in",
    selected: state.selectedEdges.includes(id),
    data: { edge, taken, passedBy: state.test !== null && !taken, ungated: isUngated(state, edge) },
  };
}

/** Steps of the ways that come past a gate. */
function ungatedSteps(state: State): Set<string> {
  return new Set(state.problems.flatMap((problem) => problem.way));
}

const isUngated = (state: State, edge: Edge): boolean =>
  state.problems.some((problem) => problem.way.some((key, at) => key === edge.from && problem.way[at + 1] === edge.to));

function problemCounts(state: State): Map<string, { errors: number; warnings: number }> {
  const counts = new Map<string, { errors: number; warnings: number }>();
  for (const problem of state.problems) {
    const key = problem.node ?? problem.edge?.from;
    if (!key) continue;
    const count = counts.get(key) ?? { errors: 0, warnings: 0 };
    if (problem.severity === "error") count.errors += 1;
    else count.warnings += 1;
    counts.set(key, count);
  }
  return counts;
}
