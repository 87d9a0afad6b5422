// The React Flow adapter and nothing else: the document stands outside, this draws it and turns gestures into verbs.
import {
  Background,
  type Connection,
  type EdgeChange,
  type NodeChange,
  ReactFlow,
  useStore as useFlowStore,
  useReactFlow,
} from "@xyflow/react";
import { type DragEvent, type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { t } from "../../i18n/t";
import { bodyOf, stepOf } from "../document/read";
import type { Position } from "../document/types";
import { Icon } from "../parts/Icon";
import { mayConnect } from "../rules/may-connect";
import { useSession } from "../session/context";
import { CARD, GRID, snapped } from "../session/places";
import { useStore } from "../session/store";
import { draw, type Memory, type StepEdge, type StepNode } from "./adapter";
import { loopAt, placeOf } from "./boxes";
import { DRAGGED_TYPE } from "./dragged";
import { FlowLine } from "./FlowLine";
import { LoopCard, StepCard } from "./StepCard";
import { isDirection, travel } from "./travel";

const NODE_TYPES = { step: StepCard, loop: LoopCard };
const EDGE_TYPES = { flow: FlowLine };
/** Beyond this, only what is seen is drawn. */
const ALL_DRAWN_UP_TO = 120;
/** Room below for the tools. */
const FIT = { padding: { top: "32px", bottom: "72px", x: "32px" }, maxZoom: 1, duration: 0 } as const;

export function Canvas() {
  const session = useSession();
  const state = useStore(session.store, (all) => all);
  const flow = useReactFlow<StepNode, StepEdge>();
  const memory = useRef<Memory>(new Map());
  // the first step of an empty canvas stays where it was dropped
  const [fits] = useState(state.doc.nodes.length > 0);
  const [dragged, setDragged] = useState<ReadonlyMap<string, Position>>(new Map());
  const { doc, infos, selected, selectedEdges, problems, test } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is drawn counts; a saved state does not draw again
  const drawn = useMemo(
    () => draw(state, session.types, dragged, memory.current),
    [doc, infos, selected, selectedEdges, problems, test, dragged, session],
  );
  useCamera(flow);

  const onNodesChange = useCallback(
    (changes: NodeChange<StepNode>[]) => {
      const moved = new Map<string, Position>();
      for (const change of changes) {
        if (change.type === "position" && change.position && change.dragging) moved.set(change.id, change.position);
      }
      if (moved.size) setDragged((before) => new Map([...before, ...moved]));
      const chosen = selection(changes, session.state.selected);
      if (chosen) session.select(chosen, session.state.selectedEdges);
    },
    [session],
  );

  const onEdgesChange = useCallback(
    (changes: EdgeChange<StepEdge>[]) => {
      const chosen = selection(changes, session.state.selectedEdges);
      if (chosen) session.select(session.state.selected, chosen);
    },
    [session],
  );

  const onDragStop = useCallback(
    (_event: unknown, _node: StepNode, nodes: StepNode[]) => {
      setDragged(new Map());
      drop(session, drawn.boxes, nodes);
    },
    [session, drawn.boxes],
  );

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and drops of the steps inside
    <div
      className="canvas"
      onKeyDown={(event) => onKey(event, session, flow)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED_TYPE)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        markTarget(event);
      }}
      onDragLeave={unmark}
      onDrop={(event) => {
        unmark();
        const type = session.types.of(event.dataTransfer.getData(DRAGGED_TYPE));
        if (!type) return;
        event.preventDefault();
        const target = targetAt(event);
        if (target?.edge) {
          const [from = "", port = "", to = ""] = target.edge.split("/");
          session.insert(type, { from, port, to });
        } else if (target?.port) {
          const [from = "", port = ""] = target.port.split("/");
          session.addBehind(type, from, port);
        } else {
          const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          const parent = loopAt(doc, drawn.boxes, session.types.isLoop, point);
          session.addAt(type, snapped({ x: point.x - CARD.width / 2, y: point.y - CARD.height / 2 }), parent);
        }
      }}
    >
      <ReactFlow<StepNode, StepEdge>
        nodes={drawn.nodes}
        edges={drawn.edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={onDragStop}
        onSelectionDragStop={(event, nodes) => onDragStop(event, nodes[0] as StepNode, nodes)}
        onConnect={(line) => session.connect(asEdge(line))}
        isValidConnection={(line) => mayConnect(doc, asEdge(line as Connection), session.types) === null}
        edgesFocusable={false}
        disableKeyboardA11y
        deleteKeyCode={null}
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        selectionKeyCode="Shift"
        snapToGrid
        snapGrid={[GRID, GRID]}
        connectionRadius={28}
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={0.2}
        maxZoom={1.75}
        fitView={fits}
        fitViewOptions={FIT}
        proOptions={{ hideAttribution: true }}
        nodeDragThreshold={3}
        onlyRenderVisibleElements={doc.nodes.length > ALL_DRAWN_UP_TO}
      >
        <Background gap={20} size={1.2} color="var(--line-strong)" />
      </ReactFlow>
      <Tools />
      {doc.nodes.length === 0 && (
        <div className="canvas-empty">
          <h2>{t("canvas.empty.title")}</h2>
          <p>{t("canvas.empty.text")}</p>
        </div>
      )}
    </div>
  );
}

type SessionType = ReturnType<typeof useSession>;
type Flow = ReturnType<typeof useReactFlow<StepNode, StepEdge>>;

const asEdge = (line: { source: string; sourceHandle?: string | null; target: string }) => ({
  from: line.source,
  port: line.sourceHandle ?? "next",
  to: line.target,
});

function selection(
  changes: readonly { type: string; id?: string; selected?: boolean }[],
  before: readonly string[],
): string[] | null {
  const picks = changes.filter((change) => change.type === "select");
  if (picks.length === 0) return null;
  const after = new Set(before);
  for (const pick of picks) {
    if (pick.id === undefined) continue;
    if (pick.selected) after.add(pick.id);
    else after.delete(pick.id);
  }
  return [...after];
}

/** Places and bodies after a drag, in one command. A loop takes its body along. */
function drop(
  session: SessionType,
  boxes: ReadonlyMap<string, { x: number; y: number; width: number; height: number }>,
  nodes: readonly StepNode[],
): void {
  const { doc } = session.state;
  const places = new Map<string, Position>();
  const parents = new Map<string, string | null>();
  const moving = new Set(nodes.map((n) => n.id));
  for (const node of nodes) {
    const step = stepOf(doc, node.id);
    const box = boxes.get(node.id);
    if (!step || !box || (step.parent && moving.has(step.parent))) continue;
    const outer = step.parent ? boxes.get(step.parent) : undefined;
    const at = { x: node.position.x + (outer?.x ?? 0), y: node.position.y + (outer?.y ?? 0) };
    const by = { x: at.x - box.x, y: at.y - box.y };
    if (by.x === 0 && by.y === 0) continue;
    const body = bodyOf(doc, step.key);
    for (const one of [step, ...body]) {
      const old = placeOf(one);
      places.set(one.key, snapped({ x: old.x + by.x, y: old.y + by.y }));
    }
    if (session.types.isTrigger(step.type)) continue;
    const own = new Set([step.key, ...body.map((n) => n.key)]);
    const middle = { x: at.x + Math.min(box.width, CARD.width) / 2, y: at.y + CARD.height / 2 };
    const parent = loopAt(doc, boxes, session.types.isLoop, middle, own);
    if (parent !== (step.parent ?? null)) parents.set(step.key, parent);
  }
  if (places.size) session.moveTo(places, parents);
}

/** What a dragged step would be dropped on. */
function targetAt(event: DragEvent): { edge?: string; port?: string } | null {
  const hit = document.elementFromPoint(event.clientX, event.clientY);
  const add = hit?.closest<HTMLElement>("[data-add-after]");
  if (add?.dataset.addAfter) return { port: add.dataset.addAfter };
  const port = hit?.closest<HTMLElement>("[data-port][data-step]");
  if (port) return { port: `${port.dataset.step}/${port.dataset.port}` };
  const edge = hit?.closest(".react-flow__edge")?.getAttribute("data-id");
  return edge ? { edge } : null;
}

function markTarget(event: DragEvent): void {
  const hit = document.elementFromPoint(event.clientX, event.clientY)?.closest(".react-flow__edge, [data-add-after]");
  if (hit?.classList.contains("drop-here")) return;
  unmark();
  hit?.classList.add("drop-here");
}

function unmark(): void {
  for (const marked of document.querySelectorAll(".drop-here")) marked.classList.remove("drop-here");
}

/** A step out of sight may not be drawn yet: the camera goes there first. */
function focusStep(key: string, tries = 3): void {
  const step = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(key)}"]`);
  if (step) step.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusStep(key, tries - 1));
}

function onKey(event: KeyboardEvent, session: SessionType, flow: Flow): void {
  const node = (event.target as Element).closest?.(".react-flow__node");
  if (!node || node !== event.target) return;
  const key = node.getAttribute("data-id") ?? "";
  if (isDirection(event.key)) {
    event.preventDefault();
    if (event.altKey) nudge(session, key, event.key);
    else {
      const next = travel(session.state.doc, key, event.key);
      if (!next) return;
      session.select([next]);
      session.camera?.show([next]);
      focusStep(next);
    }
  } else if (event.key === "Enter") {
    event.preventDefault();
    session.select([key]);
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>(".inspector :is(input, textarea, select, [contenteditable=true])")?.focus(),
    );
  } else if (event.key === " ") {
    event.preventDefault();
    const { selected } = session.state;
    session.select(selected.includes(key) ? selected.filter((one) => one !== key) : [...selected, key]);
  } else if (event.key === "+" || event.key === "a") {
    const step = stepOf(session.state.doc, key);
    const box = node.getBoundingClientRect();
    const port = session.firstPort(key);
    if (!step || port === undefined) return;
    event.preventDefault();
    session.store.set({
      quickAdd: { place: { kind: "behind", from: key, port }, x: box.left + box.width / 2, y: box.bottom + 8 },
    });
  } else if (event.key === "Home") {
    void flow.fitView(FIT);
  }
}

function nudge(session: SessionType, key: string, arrow: string): void {
  const by: { [key: string]: Position } = {
    ArrowUp: { x: 0, y: -GRID },
    ArrowDown: { x: 0, y: GRID },
    ArrowLeft: { x: -GRID, y: 0 },
    ArrowRight: { x: GRID, y: 0 },
  };
  const { doc, selected } = session.state;
  const keys = selected.includes(key) ? selected : [key];
  const places = new Map<string, Position>();
  for (const one of keys.flatMap((name) => [name, ...bodyOf(doc, name).map((n) => n.key)])) {
    const step = stepOf(doc, one);
    const move = by[arrow];
    if (step && move) places.set(one, { x: placeOf(step).x + move.x, y: placeOf(step).y + move.y });
  }
  session.moveTo(places);
}

function useCamera(flow: Flow): void {
  const session = useSession();
  useEffect(() => {
    session.camera = {
      center() {
        const box = document.querySelector(".canvas")?.getBoundingClientRect();
        if (!box) return { x: 0, y: 0 };
        const middle = flow.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 3 });
        return { x: middle.x - CARD.width / 2, y: middle.y };
      },
      show(keys) {
        requestAnimationFrame(() => {
          if (keys.length === 0) void flow.fitView(FIT);
          else bringIntoView(session, flow, keys[0] ?? "");
        });
      },
    };
    return () => {
      session.camera = null;
    };
  }, [session, flow]);
}

/** By the document's places: a step that was just added is not drawn yet. What is seen already is left where it is. */
function bringIntoView(session: SessionType, flow: Flow, key: string): void {
  const step = stepOf(session.state.doc, key);
  const canvas = document.querySelector(".canvas")?.getBoundingClientRect();
  if (!step || !canvas) return;
  const at = placeOf(step);
  const corner = flow.flowToScreenPosition(at);
  const end = flow.flowToScreenPosition({ x: at.x + CARD.width, y: at.y + CARD.height + 40 });
  if (corner.x >= canvas.left && corner.y >= canvas.top && end.x <= canvas.right && end.y <= canvas.bottom) return;
  void flow.setCenter(at.x + CARD.width / 2, at.y + CARD.height / 2, { zoom: flow.getZoom(), duration: 0 });
}

function Tools() {
  const session = useSession();
  const flow = useReactFlow();
  const zoom = useFlowStore((state) => state.transform[2]);
  return (
    <div className="tools card" role="toolbar" aria-label={t("tools.label")}>
      <button
        type="button"
        className="btn quiet icon-only"
        aria-label={t("tools.out")}
        onClick={() => void flow.zoomOut()}
      >
        <Icon name="minus" />
      </button>
      <small className="zoom">{t("tools.zoom", { percent: Math.round(zoom * 100) })}</small>
      <button
        type="button"
        className="btn quiet icon-only"
        aria-label={t("tools.in")}
        onClick={() => void flow.zoomIn()}
      >
        <Icon name="plus" />
      </button>
      <button type="button" className="btn quiet" onClick={() => void flow.fitView(FIT)}>
        {t("tools.fit")}
      </button>
      <button type="button" className="btn quiet" onClick={() => void session.tidy()}>
        {t("tools.tidy")}
      </button>
    </div>
  );
}
