// Keys on a focused card.
import type { KeyboardEvent } from "react";
import { flushSync } from "react-dom";
import { noteAt, stepsIn } from "../document/layout";
import { bodyOf, stepOf } from "../document/read";
import type { Position } from "../document/types";
import { GRID } from "../session/places";
import type { Session } from "../session/session";
import { placeOf } from "./boxes";
import { FIT, type Flow, focusStep } from "./camera";
import { addBehind, insertOn, toForm } from "./cursor";
import { type Direction, isDirection, travel } from "./travel";

export function onKey(event: KeyboardEvent, session: Session, flow: Flow): void {
  const node = (event.target as Element).closest?.(".react-flow__node");
  if (!node || node !== event.target) return;
  if (event.ctrlKey || event.metaKey) return; // the page's own keys, such as Ctrl A
  const key = node.getAttribute("data-id") ?? "";
  const line = session.lines.at(key);
  if (isDirection(event.key)) {
    event.preventDefault();
    if (event.altKey && event.shiftKey) session.arrangement.resize(key, BY[event.key]);
    else if (event.altKey) nudge(session, key, BY[event.key]);
    else go(session, key, event.key);
  } else if (line && event.key === "Enter") {
    event.preventDefault();
    session.lines.follow(line, key);
  } else if (event.key === "Enter") {
    event.preventDefault();
    flushSync(() => session.select([key])); // its form stands before the next key is pressed
    toForm();
  } else if (line && ADD.includes(event.key)) {
    event.preventDefault();
    insertOn(session, line);
  } else if (event.key === " ") {
    event.preventDefault();
    const { selected } = session.state;
    session.select(selected.includes(key) ? selected.filter((one) => one !== key) : [...selected, key]);
  } else if (event.key === "-" || event.key === "c") {
    event.preventDefault();
    session.arrangement.toggle(key);
  } else if (ADD.includes(event.key)) {
    if (!stepOf(session.state.doc, key)) return;
    event.preventDefault();
    addBehind(session, key);
  } else if (event.key === "Home") {
    void flow.fitView(FIT);
  }
}

const ADD: readonly string[] = ["+", "a", "Insert"];

/** Along the lines, and between branches. */
export function go(session: Session, key: string, arrow: Direction): void {
  const next = travel(session.state.doc, key, arrow);
  if (!next) return;
  session.select([next]);
  session.camera?.show([next]);
  focusStep(next);
}

export const BY: { readonly [arrow in Direction]: Position } = {
  ArrowUp: { x: 0, y: -GRID },
  ArrowDown: { x: 0, y: GRID },
  ArrowLeft: { x: -GRID, y: 0 },
  ArrowRight: { x: GRID, y: 0 },
};

export function nudge(session: Session, key: string, by: Position): void {
  const { doc, selected } = session.state;
  const ids = selected.includes(key) ? selected : [key];
  const places = new Map<string, Position>();
  for (const id of ids) {
    const note = noteAt(doc, id);
    if (note) places.set(id, { x: note.x + by.x, y: note.y + by.y });
  }
  for (const one of stepsIn(doc, ids).flatMap((name) => [name, ...bodyOf(doc, name).map((n) => n.key)])) {
    const step = stepOf(doc, one);
    if (step) places.set(one, { x: placeOf(step).x + by.x, y: placeOf(step).y + by.y });
  }
  session.steps.moveTo(places);
}
