// What of the canvas is seen.
import type { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import { groupAt, noteAt } from "../document/layout";
import { stepOf } from "../document/read";
import { useSession } from "../session/context";
import { CARD } from "../session/places";
import type { Session } from "../session/session";
import type { CanvasNode, StepEdge } from "./adapter";
import { placeOf } from "./boxes";

export type Flow = ReturnType<typeof useReactFlow<CanvasNode, StepEdge>>;

/** Room below for the tools. */
export const FIT = { padding: { top: "32px", bottom: "72px", x: "32px" }, maxZoom: 1, duration: 0 } as const;

export function useCamera(flow: Flow): void {
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
      // zooming keeps the middle where it is
      full: () => void flow.zoomTo(1, { duration: 0 }),
      focus: (key) => requestAnimationFrame(() => focusStep(key)),
    };
    return () => {
      session.camera = null;
    };
  }, [session, flow]);
}

/** By the document's places: a step that was just added is not drawn yet. What is seen already is left where it is. */
function bringIntoView(session: Session, flow: Flow, key: string): void {
  const { doc } = session.state;
  const step = noteAt(doc, key) ?? stepOf(doc, key) ?? stepOf(doc, groupAt(doc, key)?.steps[0] ?? "");
  const canvas = document.querySelector(".canvas")?.getBoundingClientRect();
  if (!step || !canvas) return;
  const at = "key" in step ? placeOf(step) : step;
  const corner = flow.flowToScreenPosition(at);
  const end = flow.flowToScreenPosition({ x: at.x + CARD.width, y: at.y + CARD.height + 40 });
  if (corner.x >= canvas.left && corner.y >= canvas.top && end.x <= canvas.right && end.y <= canvas.bottom) return;
  void flow.setCenter(at.x + CARD.width / 2, at.y + CARD.height / 2, { zoom: flow.getZoom(), duration: 0 });
}

/** A step out of sight may not be drawn yet: the camera goes there first. */
export function focusStep(key: string, tries = 3): void {
  const step = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(key)}"]`);
  if (step) step.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusStep(key, tries - 1));
}
