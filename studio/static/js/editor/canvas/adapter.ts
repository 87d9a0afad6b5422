// From the document to what React Flow draws. Objects are reused while nothing in them changed, so that moving one card
// does not draw the others again.
import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import { t } from "../../i18n/t";
import type { Heat, NodeInfos, NodeTypeInfo } from "../api/types";
import { heldBy } from "../document/held";
import { type Group, groupId, groupsOf, layoutOf, type Note, noteId, notesOf } from "../document/layout";
import { inOrder } from "../document/read";
import { BODY_PORT, type Edge, ERROR_PORT, type Position, type Step, type WorkflowDocument } from "../document/types";
import { type Catalogue, portName, portsOf } from "../session/catalogue";
import type { State } from "../session/state";
import { type Box, type Boxes, boxesOf } from "./boxes";
import { isPlain } from "./cards";
import { type Line, linesOf, standIns } from "./folded";
import { pileHandles, stepHandles } from "./handles";
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
  /** A loop that is shown as one card: how many steps it hides. */
  readonly hides: number;
  readonly heat: Heat["steps"][string] | null;
}

export interface NoteData extends Record<string, unknown> {
  readonly note: Note;
}

export interface GroupData extends Record<string, unknown> {
  readonly group: Group;
  readonly errors: number;
}

export type StepNode = FlowNode<StepData, "step" | "loop">;
export type NoteNode = FlowNode<NoteData, "note">;
export type GroupNode = FlowNode<GroupData, "frame" | "pile">;
export type CanvasNode = StepNode | NoteNode | GroupNode;
export type StepEdge = FlowEdge<
  { edge: Edge; taken: boolean; passedBy: boolean; ungated: boolean; folded: boolean },
  "flow"
>;

export interface Drawn {
  readonly nodes: CanvasNode[];
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

export type Memory = Map<string, { mark: string; of: unknown; node: CanvasNode }>;

/** Places and sizes while the pointer still holds something. */
export interface Held {
  readonly places: ReadonlyMap<string, Position>;
  readonly sizes: ReadonlyMap<string, { width: number; height: number }>;
}

export const NOTHING_HELD: Held = { places: new Map(), sizes: new Map() };

/** Behind all lines and steps, even while selected (React Flow lifts what is selected by 1,000). */
const BEHIND = -1_001;

export function draw(state: State, types: Catalogue, held: Held, memory: Memory): Drawn {
  const { doc, infos } = state;
  const boxes = boxesOf(doc, types.isLoop, (step) => widthOf(step, types, infos));
  const steps = lastSteps(state.test);
  const byKey = new Map(doc.nodes.map((n) => [n.key, n]));
  const used = new Set(doc.edges.map((edge) => `${edge.from}/${edge.port}`));
  const selected = new Set(state.selected);
  const counts = problemCounts(state);
  const ungated = ungatedSteps(state);
  const standIn = standIns(doc);
  const hidden = hiddenBy(doc, standIn);
  const groups = new Map(groupsOf(doc).flatMap((group) => group.steps.map((key) => [key, group] as const)));
  const drawn = new Set<string>();

  const group = (key: string): CanvasNode[] => {
    const one = groups.get(key);
    const id = one && groupId(one.id);
    const box = id && boxes.get(id);
    if (!one || !id || !box || drawn.has(id)) return [];
    drawn.add(id);
    const errors = one.collapsed ? one.steps.reduce((sum, step) => sum + (counts.get(step)?.errors ?? 0), 0) : 0;
    const parent = byKey.get(one.steps[0] ?? "")?.parent ?? null;
    const look = { ...placed(id, box, parent, boxes, held), selected: selected.has(id), errors };
    return [remembered(memory, id, look, one, () => groupNode(one, look))];
  };

  const nodes = inOrder(doc).flatMap((key): CanvasNode[] => {
    const step = byKey.get(key);
    const box = boxes.get(key);
    const shown = standIn(key);
    // a collapsed group stands where its first step would
    if (shown !== key) return shown === groupOf(groups, key) ? group(key) : [];
    if (!step || !box) return [];
    const type = types.of(step.type);
    const hides = hidden.get(key) ?? 0;
    const folded = type?.is_loop === true && (layoutOf(doc).collapsed ?? []).includes(key);
    const ports = portsOf(step, types, infos)
      .filter((port) => !folded || port !== BODY_PORT)
      .map((port) => ({
        port,
        name: portName(step, port, types, infos),
        connected: used.has(`${key}/${port}`),
      }));
    const result = steps.get(key);
    const look = {
      ...placed(key, box, groupOf(groups, key) ?? step.parent ?? null, boxes, held),
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
      hides: folded ? hides : 0,
      heat: state.heat?.steps[key] ?? null,
      folded,
    };
    return [...group(key), remembered(memory, key, look, step, () => flowNode(step, type, look))];
  });
  const notes = notesOf(doc).map((note) => {
    const id = noteId(note.id);
    const look = { ...placed(id, note, null, boxes, held), selected: selected.has(id) };
    return remembered(memory, id, look, JSON.stringify(note), () => noteNode(note, look));
  });
  return { nodes: [...notes, ...nodes], edges: linesOf(doc, standIn).map((line) => flowEdge(line, state)), boxes };
}

const groupOf = (groups: ReadonlyMap<string, Group>, key: string): string | null => {
  const group = groups.get(key);
  return group ? groupId(group.id) : null;
};

/** How many steps each card hides. */
function hiddenBy(doc: WorkflowDocument, standIn: (key: string) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of doc.nodes) {
    const shown = standIn(key);
    if (shown !== key) counts.set(shown, (counts.get(shown) ?? 0) + 1);
  }
  return counts;
}

interface Placed {
  readonly position: Position;
  readonly size: { readonly width: number; readonly height: number };
  readonly parent: string | null;
}

/** Inside of what is around it; where the pointer has it, while it does. */
function placed(id: string, box: Box, parent: string | null, boxes: Boxes, held: Held): Placed {
  const outer = parent === null ? undefined : boxes.get(parent);
  const position = held.places.get(id) ?? (outer ? { x: box.x - outer.x, y: box.y - outer.y } : { x: box.x, y: box.y });
  return {
    position,
    size: held.sizes.get(id) ?? { width: box.width, height: box.height },
    parent: outer ? parent : null,
  };
}

/** The node of before, while nothing of it changed. */
function remembered(memory: Memory, id: string, look: object, of: unknown, make: () => CanvasNode): CanvasNode {
  const mark = JSON.stringify(look);
  const known = memory.get(id);
  if (known && known.mark === mark && known.of === of) return known.node;
  const node = make();
  memory.set(id, { mark, of, node });
  return node;
}

const base = (look: Placed & { selected: boolean }) => ({
  position: look.position,
  ...look.size,
  measured: look.size,
  selected: look.selected,
  ...(look.parent !== null && { parentId: look.parent }),
});

function noteNode(note: Note, look: Placed & { selected: boolean }): NoteNode {
  return {
    id: noteId(note.id),
    type: "note",
    ...base(look),
    zIndex: BEHIND,
    ariaLabel: t("note.spoken", { text: note.text.slice(0, 120) }),
    data: { note },
  };
}

function groupNode(group: Group, look: Placed & { selected: boolean; errors: number }): GroupNode {
  return {
    id: groupId(group.id),
    type: group.collapsed ? "pile" : "frame",
    ...base(look),
    ...(!group.collapsed && { zIndex: BEHIND, style: { pointerEvents: "none" } }),
    ...(group.collapsed && { handles: pileHandles(look.size) }),
    connectable: false,
    ariaLabel: t(group.collapsed ? "group.spoken.collapsed" : "group.spoken", {
      name: group.name,
      n: group.steps.length,
    }),
    data: { group, errors: look.errors },
  };
}

type Look = Omit<StepData, "step" | "type"> & Placed & { selected: boolean; folded: boolean };

function flowNode(step: Step, type: NodeTypeInfo | undefined, look: Look): StepNode {
  const { ports, summary, errors, warnings, tone, state, passedBy, ungated, errorPort, hides, heat } = look;
  const held = heldBy(step, type?.kind === "trigger");
  const openLoop = type?.is_loop === true && !look.folded;
  const node: StepNode = {
    id: step.key,
    type: openLoop ? "loop" : "step",
    ...base(look),
    handles: stepHandles(ports as StepData["ports"], look.size, { trigger: type?.kind === "trigger", openLoop }),
    ariaLabel: `${step.name}, ${type?.title ?? step.type}${held ? `, ${t(`held.${held}`)}` : ""}`,
    domAttributes: { "data-node-key": step.key } as NonNullable<StepNode["domAttributes"]>,
    data: {
      step,
      type,
      ports,
      summary,
      errors,
      warnings,
      tone,
      state,
      passedBy,
      ungated,
      errorPort,
      hides,
      heat,
    } as StepData,
  };
  return isPlain(node) ? { ...node, className: "plain" } : node;
}

function flowEdge({ id, source, port, target, edge, folded }: Line, state: State): StepEdge {
  const taken = wasTaken(state.test, edge);
  return {
    id,
    type: "flow",
    source,
    sourceHandle: port,
    target,
    targetHandle: "in",
    selected: !folded && state.selectedEdges.includes(id),
    selectable: !folded,
    data: { edge, taken, passedBy: state.test !== null && !taken, ungated: isUngated(state, edge), folded },
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
