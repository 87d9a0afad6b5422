// Keys that work anywhere on the page. Inside a field the field's own keys win, its undo too.
import { useEffect } from "react";
import { t } from "../../i18n/t";
import type { Edge, Step } from "../document/types";
import type { Session } from "../session/session";

const isField = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, [contenteditable=true], dialog, .quick-add") !== null;

export function useShortcuts(session: Session): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const held = event.ctrlKey || event.metaKey;
      if (held && event.key.toLowerCase() === "s") {
        event.preventDefault();
        void session.saveNow();
      } else if (event.key === "Escape") {
        stepBack(session);
      } else if (!isField(event.target) && !event.defaultPrevented) {
        const verb = held ? withControl(event) : plain(event);
        if (!verb) return;
        event.preventDefault();
        verb(session);
      }
    };
    document.addEventListener("keydown", onKey);
    document.addEventListener("copy", (event) => copy(session, event));
    document.addEventListener("cut", (event) => copy(session, event, true));
    document.addEventListener("paste", (event) => pasteFrom(session, event));
    return () => document.removeEventListener("keydown", onKey);
  }, [session]);
}

type Verb = (session: Session) => void;

function withControl(event: KeyboardEvent): Verb | null {
  const key = event.key.toLowerCase();
  if (key === "z") return (session) => (event.shiftKey ? session.redo() : session.undo());
  if (key === "y") return (session) => session.redo();
  if (key === "d") return (session) => session.duplicateSelection();
  if (key === "a") return (session) => session.select(session.state.doc.nodes.map((n) => n.key));
  return null;
}

function plain(event: KeyboardEvent): Verb | null {
  if (event.key === "/") return () => document.querySelector<HTMLElement>("#palette-search")?.focus();
  if (event.key === "?") return (session) => session.dialog("keyboard");
  if (event.key === "Delete" || event.key === "Backspace") return (session) => session.deleteSelection();
  if (event.altKey && event.shiftKey && event.code === "KeyT") return (session) => void session.tidy();
  return null;
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
  const steps = session.copied(session.state.selected);
  if (!steps) return;
  event.clipboardData?.setData("text/plain", JSON.stringify(steps, null, 2));
  event.preventDefault();
  if (cut) session.deleteSelection();
  else session.say(t("toast.copied", { n: steps.nodes.length }), "plain");
}

function pasteFrom(session: Session, event: ClipboardEvent): void {
  if (isField(event.target)) return;
  const steps = stepsIn(event.clipboardData?.getData("text/plain") ?? "");
  if (steps) session.pasteSteps(steps);
}

function stepsIn(text: string): { nodes: Step[]; edges: Edge[] } | null {
  try {
    const value = JSON.parse(text) as { schema?: string; nodes?: Step[]; edges?: Edge[] };
    if (!value.schema?.startsWith("studio.workflow/") || !Array.isArray(value.nodes)) return null;
    return { nodes: value.nodes, edges: value.edges ?? [] };
  } catch {
    return null; // something else was copied
  }
}
