// From how far the canvas is looked at. From afar a card is a shape with its colour: ports, icons and small text are not
// drawn, for hundreds of them would cost every frame more than it has.
import { useStore } from "@xyflow/react";
import { type RefObject, useCallback, useRef } from "react";

export type Distance = "near" | "far" | "remote";

export const distanceOf = (zoom: number): Distance => (zoom >= 0.5 ? "near" : zoom >= 0.25 ? "far" : "remote");

export const useDistance = (): Distance => useStore((state) => distanceOf(state.transform[2]));

const STILL_MS = 200;

/** While the view moves, the canvas is one layer of the browser's: a mere shift draws nothing anew. It is marked outside of
 * React, which would render for it. */
export function useMoving(stage: RefObject<HTMLElement | null>): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return useCallback(() => {
    const element = stage.current;
    if (!element) return;
    if (element.dataset.moving === undefined) element.dataset.moving = "";
    clearTimeout(timer.current);
    timer.current = setTimeout(() => delete element.dataset.moving, STILL_MS);
  }, [stage]);
}
