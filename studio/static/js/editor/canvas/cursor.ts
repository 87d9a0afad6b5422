// Where the keys are: the card that has the focus, and the places beside it where a list opens.
import { edgeId, stepOf } from "../document/read";
import type { Edge } from "../document/types";
import type { Session } from "../session/session";

const focused = (): string | null =>
  document.activeElement?.closest(".react-flow__node")?.getAttribute("data-id") ?? null;

let kept: string | null = null;

/** A dialog is about to take the focus: what it offers is about the card that has it now. */
export function keepCard(): void {
  kept = focused();
}

/** The step under the keys: the focused card, else what is selected alone, else where the selected line begins. */
export function stepUnderKeys(session: Session): string | null {
  const { doc, selected } = session.state;
  const card = document.activeElement?.closest("dialog") ? kept : focused();
  const key = card ?? (selected.length === 1 ? selected[0] : session.lines.current?.from);
  return key !== undefined && key !== null && stepOf(doc, key) ? key : null;
}

/** The list of what may be put onto a line, at the middle of it. */
export function insertOn(session: Session, edge: Edge): void {
  const line = document.querySelector(`.react-flow__edge[data-id="${CSS.escape(edgeId(edge))}"]`);
  const box = line?.getBoundingClientRect();
  const [x, y] = box ? [box.left + box.width / 2, box.top + box.height / 2] : [window.innerWidth / 2, 120];
  session.store.set({ quickAdd: { place: { kind: "edge", edge }, x, y } });
}

/** The list of what may follow a step, below its card. */
export function addBehind(session: Session, key: string): void {
  const port = session.steps.firstPort(key);
  if (port === undefined) return;
  const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(key)}"]`)?.getBoundingClientRect();
  const [x, y] = card ? [card.left + card.width / 2, card.bottom + 8] : [window.innerWidth / 2, 120];
  session.store.set({ quickAdd: { place: { kind: "behind", from: key, port }, x, y } });
}

/** To the first field of a step's form. */
export function toForm(): void {
  document.querySelector<HTMLElement>(".inspector :is(input, textarea, select, [contenteditable=true])")?.focus();
}
