// A problem was clicked: bring its field into view and put the cursor there.
import { useEffect } from "react";
import { usePart } from "../session/context";

/** `node` is the step whose form this is; null: the workflow's own. */
export function useAskedFocus(node: string | null): void {
  const focus = usePart((state) => state.focus);
  useEffect(() => {
    if (!focus || focus.node !== node || !focus.field) return;
    const parts = focus.field.replace(/^config\./, "").split(".");
    const frame = requestAnimationFrame(() => {
      for (let n = parts.length; n > 0; n -= 1) {
        const place = document.querySelector(`[data-field="${CSS.escape(parts.slice(0, n).join("."))}"]`);
        const input = place?.querySelector<HTMLElement>("[contenteditable=true], input, textarea, select, button");
        if (!input) continue;
        unfold(input);
        input.scrollIntoView({ block: "center" });
        input.focus();
        return;
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [focus, node]);
}

function unfold(inside: HTMLElement): void {
  for (let fold = inside.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null)
    fold.open = true;
}
