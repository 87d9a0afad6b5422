// The React Flow adapter and nothing else: the document stands outside, this draws it and turns gestures into verbs.
import { type Connection, type EdgeChange, MiniMap, type NodeChange, ReactFlow, useReactFlow } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState } from "react";
import { t } from "../../i18n/t";
import { mayConnect } from "../rules/may-connect";
import { useSession } from "../session/context";
import { CARD, GRID, snapped } from "../session/places";
import { useStore } from "../session/store";
import { type CanvasNode, draw, type Held, type Memory, NOTHING_HELD, type StepEdge } from "./adapter";
import { loopAt } from "./boxes";
import { CardSheet } from "./CardSheet";
import { FIT, useCamera } from "./camera";
import { Dots } from "./Dots";
import { useDistance, useMoving } from "./distance";
import { DRAGGED_TYPE } from "./dragged";
import { drop, markTarget, targetAt, unmark } from "./drop";
import { EmptyCanvas } from "./EmptyCanvas";
import { FlowLine } from "./FlowLine";
import { GroupFrame, GroupPile } from "./GroupCard";
import { onKey } from "./keys";
import { LineSheet } from "./LineSheet";
import { useLive } from "./live";
import { NoteCard } from "./NoteCard";
import { LoopCard, StepCard, WithoutPorts } from "./StepCard";
import { Tools } from "./Tools";

const NODE_TYPES = { step: StepCard, loop: LoopCard, note: NoteCard, frame: GroupFrame, pile: GroupPile };
const EDGE_TYPES = { flow: FlowLine };
/** Beyond this, only what is seen is drawn: steps that come and go while the view moves cost more than hundreds that stay. */
const ALL_DRAWN_UP_TO = 600;
/** From so many steps on, cards that are seen from very far are one drawing. */
const SHEET_FROM = 120;

export function Canvas() {
  const session = useSession();
  const state = useStore(session.store, (all) => all);
  const flow = useReactFlow<CanvasNode, StepEdge>();
  const memory = useRef<Memory>(new Map());
  // the first step of an empty canvas stays where it was dropped
  const [fits] = useState(state.doc.nodes.length > 0);
  const [held, setHeld] = useState<Held>(NOTHING_HELD);
  const { doc, infos, selected, selectedEdges, problems, test, heat } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is drawn counts; a saved state does not draw again
  const drawn = useMemo(
    () => draw(state, session.types, held, memory.current),
    [doc, infos, selected, selectedEdges, problems, test, heat, held, session],
  );
  useCamera(flow);
  const distance = useDistance();
  const stage = useRef<HTMLDivElement>(null);
  const onMove = useMoving(stage);
  const live = useLive(flow, drawn, stage);
  const sheet = distance === "remote" && doc.nodes.length > SHEET_FROM;

  const onNodesChange = useCallback(
    (changes: NodeChange<CanvasNode>[]) => {
      setHeld((before) => grasped(before, changes));
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
    (_event: unknown, _node: CanvasNode, nodes: CanvasNode[]) => {
      setHeld(NOTHING_HELD);
      drop(session, drawn.boxes, nodes);
    },
    [session, drawn.boxes],
  );

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys and drops of the steps inside
    <div
      ref={stage}
      className="canvas"
      data-distance={distance}
      data-sheet={sheet || undefined}
      onKeyDown={(event) => onKey(event, session, flow)}
      onDragOver={(event) => {
        if (!event.dataTransfer.types.includes(DRAGGED_TYPE)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        live.point(event);
        markTarget(event);
      }}
      onPointerMove={live.point}
      onDragLeave={unmark}
      onDrop={(event) => {
        unmark();
        const type = session.types.of(event.dataTransfer.getData(DRAGGED_TYPE));
        if (!type) return;
        event.preventDefault();
        const target = targetAt(event);
        if (target?.edge) {
          const [from = "", port = "", to = ""] = target.edge.split("/");
          session.steps.insert(type, { from, port, to });
        } else if (target?.port) {
          const [from = "", port = ""] = target.port.split("/");
          session.steps.addBehind(type, from, port);
        } else {
          const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
          const parent = loopAt(doc, drawn.boxes, session.types.isLoop, point);
          session.steps.addAt(type, snapped({ x: point.x - CARD.width / 2, y: point.y - CARD.height / 2 }), parent);
        }
      }}
    >
      <WithoutPorts value={sheet && doc.nodes.length > ALL_DRAWN_UP_TO}>
        <ReactFlow<CanvasNode, StepEdge>
          nodes={drawn.nodes}
          edges={live.edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onNodesChange={onNodesChange}
          onEdgesChange={onEdgesChange}
          onNodeDragStop={onDragStop}
          onMove={onMove}
          onNodeClick={(event, node) => {
            // of several that are selected, a plain click means this one alone
            const plain = !event.shiftKey && !event.metaKey && !event.ctrlKey;
            if (plain && session.state.selected.length > 1) session.select([node.id]);
          }}
          onSelectionDragStop={(event, nodes) => onDragStop(event, nodes[0] as CanvasNode, nodes)}
          onConnect={(line) => session.steps.connect(asEdge(line))}
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
          minZoom={0.05}
          maxZoom={1.75}
          fitView={fits}
          fitViewOptions={FIT}
          proOptions={{ hideAttribution: true }}
          nodeDragThreshold={3}
          onlyRenderVisibleElements={doc.nodes.length > ALL_DRAWN_UP_TO}
        >
          {distance === "near" && <Dots />}
          <LineSheet edges={live.still} shapes={live.shapes} />
          {sheet && <CardSheet nodes={drawn.nodes} />}
          {state.minimap && (
            <MiniMap<CanvasNode>
              className="minimap card"
              pannable
              zoomable
              ariaLabel={t("minimap.label")}
              nodeClassName={(node) => `mini-${node.type}`}
            />
          )}
        </ReactFlow>
      </WithoutPorts>
      <Tools />
      {doc.nodes.length === 0 && <EmptyCanvas />}
    </div>
  );
}

const asEdge = (line: { source: string; sourceHandle?: string | null; target: string }) => ({
  from: line.source,
  port: line.sourceHandle ?? "next",
  to: line.target,
});

/** What the pointer moves or resizes at this moment. The same value where it does neither. */
function grasped(before: Held, changes: readonly NodeChange<CanvasNode>[]): Held {
  const places = new Map(before.places);
  const sizes = new Map(before.sizes);
  let any = false;
  for (const change of changes) {
    if (change.type === "position" && change.position && (change.dragging || sizes.has(change.id))) {
      places.set(change.id, change.position);
      any = true;
    } else if (change.type === "dimensions" && change.resizing && change.dimensions) {
      sizes.set(change.id, change.dimensions);
      any = true;
    } else if (change.type === "dimensions" && change.resizing === false) {
      places.delete(change.id);
      sizes.delete(change.id);
      any = true;
    }
  }
  return any ? { places, sizes } : before;
}

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
