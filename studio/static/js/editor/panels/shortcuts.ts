// Keys that work anywhere on the page. Inside a field the field's own keys win, its undo too.
import { useEffect } from "react";
import { t } from "../../i18n/t";
import { stepsIn } from "../document/clipped";
import type { Session } from "../session/session";
import { ACTIONS, can } from "./actions/actions";
import { presses } from "./actions/chords";

const within = (target: EventTarget | null, selector: string): boolean =>
  target instanceof Element && target.closest(selector) !== null;

const isField = (target: EventTarget | null): boolean =>
  within(target, "input, textarea, select, [contenteditable=true], dialog, .quick-add");
/** Where letters are typed the browser undoes them itself; a box and a choice know no undo of their own. */
const isTyped = (target: EventTarget | null): boolean =>
  within(target, "input:not([type=checkbox]), textarea, [contenteditable=true], dialog, .quick-add");

export function useShortcuts(session: Session): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === "Escape") {
        stepBack(session);
        return;
      }
      const action = ACTIONS.find((one) => one.keys?.some((keys) => presses(keys, event)));
      if (!action || event.defaultPrevented) return;
      const travels = action.id === "undo" || action.id === "redo";
      if (!action.anywhere && (travels ? isTyped(event.target) : isField(event.target))) return;
      if (action.id === "find" && session.state.dialog) return;
      event.preventDefault();
      if (can(action, session.state, session)) action.run(session);
    };
    const onCopy = (event: ClipboardEvent): void => copy(session, event);
    const onCut = (event: ClipboardEvent): void => copy(session, event, true);
    const onPaste = (event: ClipboardEvent): void => pasteFrom(session, event);
    document.addEventListener("keydown", onKey);
    document.addEventListener("copy", onCopy);
    document.addEventListener("cut", onCut);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKey);
      document.removeEventListener("copy", onCopy);
      document.removeEventListener("cut", onCut);
      document.removeEventListener("paste", onPaste);
    };
  }, [session]);
}

function stepBack(session: Session): void {
  const { quickAdd, dialog, selected, selectedEdges } = session.state;
  if (quickAdd) session.store.set({ quickAdd: null });
  else if (!dialog && (selected.length || selectedEdges.length) && !isField(document.activeElement)) session.select([]);
  else if (!dialog && document.activeElement instanceof HTMLElement && !document.activeElement.closest(".cm-editor"))
    document.activeElement.blur();
}

/** The clipboard holds the export's own form, so steps travel between workflows and into files. */
function copy(session: Session, event: ClipboardEvent, cut = false): void {
  if (isField(event.target) || String(document.getSelection() ?? "")) return;
  const steps = session.clipboard.copied(session.state.selected);
  if (!steps) return;
  event.clipboardData?.setData("text/plain", JSON.stringify(steps, null, 2));
  event.preventDefault();
  if (cut) session.steps.deleteSelection();
  else if (steps.nodes.length) session.say(t("toast.copied", { n: steps.nodes.length }), "plain");
  else session.say(t("toast.copied.notes", { n: steps.layout?.notes?.length ?? 0 }), "plain");
}

function pasteFrom(session: Session, event: ClipboardEvent): void {
  if (isField(event.target)) return;
  const steps = stepsIn(event.clipboardData?.getData("text/plain") ?? "");
  if (steps) session.clipboard.paste(steps);
}
