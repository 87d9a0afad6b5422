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
import { type Direction, isDirection, travel } from "./travel";

export function onKey(event: KeyboardEvent, session: Session, flow: Flow): void {
  const node = (event.target as Element).closest?.(".react-flow__node");
  if (!node || node !== event.target) return;
  if (event.ctrlKey || event.metaKey) return; // the page's own keys, such as Ctrl A
  const key = node.getAttribute("data-id") ?? "";
  if (isDirection(event.key)) {
    event.preventDefault();
    if (event.altKey && event.shiftKey) session.arrangement.resize(key, BY[event.key]);
    else if (event.altKey) nudge(session, key, event.key);
    else {
      const next = travel(session.state.doc, key, event.key);
      if (!next) return;
      session.select([next]);
      session.camera?.show([next]);
      focusStep(next);
    }
  } else if (event.key === "Enter") {
    event.preventDefault();
    flushSync(() => session.select([key])); // its form stands before the next key is pressed
    document.querySelector<HTMLElement>(".inspector :is(input, textarea, select, [contenteditable=true])")?.focus();
  } else if (event.key === " ") {
    event.preventDefault();
    const { selected } = session.state;
    session.select(selected.includes(key) ? selected.filter((one) => one !== key) : [...selected, key]);
  } else if (event.key === "-" || event.key === "c") {
    event.preventDefault();
    session.arrangement.toggle(key);
  } else if (event.key === "+" || event.key === "a") {
    const step = stepOf(session.state.doc, key);
    const box = node.getBoundingClientRect();
    const port = session.steps.firstPort(key);
    if (!step || port === undefined) return;
    event.preventDefault();
    session.store.set({
      quickAdd: { place: { kind: "behind", from: key, port }, x: box.left + box.width / 2, y: box.bottom + 8 },
    });
  } else if (event.key === "Home") {
    void flow.fitView(FIT);
  }
}

const BY: { readonly [arrow in Direction]: Position } = {
  ArrowUp: { x: 0, y: -GRID },
  ArrowDown: { x: 0, y: GRID },
  ArrowLeft: { x: -GRID, y: 0 },
  ArrowRight: { x: GRID, y: 0 },
};

function nudge(session: Session, key: string, arrow: Direction): void {
  const { doc, selected } = session.state;
  const by = BY[arrow];
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
