// Keys that work anywhere on the page. Inside a field the field's own keys win, its undo too.
import { useEffect } from "react";
import { flushSync } from "react-dom";
import { t } from "../../i18n/t";
import { stepsIn } from "../document/clipped";
import { allIds } from "../document/layout";
import type { Session } from "../session/session";

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
      const held = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      if (held && key === "s") {
        event.preventDefault();
        void session.saveNow();
      } else if (event.key === "Escape") {
        stepBack(session);
      } else if (!event.defaultPrevented) {
        const travels = held && (key === "z" || key === "y");
        if (travels ? isTyped(event.target) : isField(event.target)) return;
        const verb = held ? withControl(event) : plain(event);
        if (!verb) return;
        event.preventDefault();
        verb(session);
      }
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

type Verb = (session: Session) => void;

function withControl(event: KeyboardEvent): Verb | null {
  const key = event.key.toLowerCase();
  if (key === "z") return (session) => (event.shiftKey ? session.redo() : session.undo());
  if (key === "y") return (session) => session.redo();
  if (key === "d") return (session) => session.clipboard.duplicate();
  if (key === "a") return (session) => session.select(allIds(session.state.doc));
  if (key === "g") return event.shiftKey ? ungroup : (session) => session.arrangement.group();
  return null;
}

function plain(event: KeyboardEvent): Verb | null {
  if (event.key === "/") return findStep;
  if (event.key === "n") return (session) => session.arrangement.addNote();
  if (event.key === "?") return (session) => session.dialog("keyboard");
  if (event.key === "Delete" || event.key === "Backspace") return (session) => session.steps.deleteSelection();
  if (event.altKey && event.shiftKey && event.code === "KeyT") return (session) => void session.steps.tidy();
  return null;
}

const ungroup: Verb = (session) => session.arrangement.ungroup(session.state.selected);

function findStep(session: Session): void {
  flushSync(() => session.store.set({ left: "palette" }));
  document.querySelector<HTMLElement>("#palette-search")?.focus();
}

function stepBack(session: Session): void {
  const { quickAdd, dialog, selected } = session.state;
  if (quickAdd) session.store.set({ quickAdd: null });
  else if (!dialog && selected.length && !isField(document.activeElement)) session.select([]);
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
  else session.say(t("toast.copied", { n: steps.nodes.length }), "plain");
}

function pasteFrom(session: Session, event: ClipboardEvent): void {
  if (isField(event.target)) return;
  const steps = stepsIn(event.clipboardData?.getData("text/plain") ?? "");
  if (steps) session.clipboard.paste(steps);
}
