// Every command of the builder, declared once: Ctrl+K, the menus, the keys and the help of the keyboard all come from here.
import { flushSync } from "react-dom";
import { type MessageKey, t } from "../../../i18n/t";
import { addBehind, insertOn, keepCard, stepUnderKeys, toForm } from "../../canvas/cursor";
import { BY, go, nudge } from "../../canvas/keys";
import type { Direction } from "../../canvas/travel";
import { allIds, groupAt, stepsIn } from "../../document/layout";
import { stepOf } from "../../document/read";
import type { Side } from "../../rules/align";
import type { Session } from "../../session/session";
import type { State } from "../../session/state";
import { download } from "../download";
import { leaveFor } from "../leaving";

export interface Action {
  readonly id: string;
  readonly title: MessageKey | ((state: State) => MessageKey);
  readonly icon: string;
  /** What presses it, the usual one first. */
  readonly keys?: readonly string[];
  /** What presses it on a focused card, which hears it by itself (canvas/keys.ts). */
  readonly card?: string;
  /** Its keys work inside of fields too. */
  readonly anywhere?: boolean;
  /** Whether it can be done now; always, where nothing is said. */
  readonly can?: (state: State, session: Session) => boolean;
  run(session: Session): void;
}

const chosen = (state: State): boolean => state.selected.length > 0;
const several = (state: State): boolean => state.selected.length > 1;
const grouped = (state: State): boolean => state.selected.some((id) => groupAt(state.doc, id));

function foldable(state: State, session: Session): string[] {
  const loops = stepsIn(
    state.doc,
    state.selected.filter((id) => !id.includes(":")),
  );
  const isLoop = (key: string): boolean => session.types.isLoop(stepOf(state.doc, key)?.type ?? "");
  return [...state.selected.filter((id) => groupAt(state.doc, id)), ...loops.filter(isLoop)];
}

const align = (side: Side, title: MessageKey): Action => ({
  id: `align.${side}`,
  title,
  icon: "grid",
  can: several,
  run: (session) => session.steps.align(side),
});

function findType(session: Session): void {
  flushSync(() => session.store.set({ left: "palette" }));
  document.querySelector<HTMLElement>("#palette-search")?.focus();
}

const one = (state: State): boolean => state.selected.length === 1 && !!stepOf(state.doc, state.selected[0] ?? "");

/** The list of what may stand in its place, over its card. */
function replaceStep(session: Session): void {
  const [key = ""] = session.state.selected;
  const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(key)}"]`)?.getBoundingClientRect();
  const [x, y] = card ? [card.left + card.width / 2, card.bottom + 8] : [window.innerWidth / 2, 120];
  session.store.set({ quickAdd: { place: { kind: "instead", key }, x, y } });
}

const atStep = (_state: State, session: Session): boolean => stepUnderKeys(session) !== null;
const atLine = (_state: State, session: Session): boolean => session.lines.current !== null;

/** With the step under the keys. */
const here = (session: Session, act: (key: string) => void): void => {
  const key = stepUnderKeys(session);
  if (key !== null) act(key);
};

const ARROWS: { readonly [arrow in Direction]: string } = {
  ArrowDown: "chevron-down",
  ArrowUp: "chevron-up",
  ArrowLeft: "chevron-left",
  ArrowRight: "chevron-right",
};

const toward = (arrow: Direction, title: MessageKey, shown: string): Action => ({
  id: `go.${arrow}`,
  title,
  icon: ARROWS[arrow],
  card: shown,
  can: atStep,
  run: (session) => here(session, (key) => go(session, key, arrow)),
});

/** Of a step, or of the note that is selected. */
const shift = (arrow: Direction, title: MessageKey, shown: string): Action => ({
  id: `move.${arrow}`,
  title,
  icon: ARROWS[arrow],
  card: `Alt + ${shown}`,
  can: chosen,
  run: (session) => nudge(session, session.state.selected[0] ?? "", BY[arrow]),
});

/** In the order in which Ctrl+K and the help list them. */
export const ACTIONS: readonly Action[] = [
  {
    id: "find",
    title: "action.find",
    icon: "search",
    keys: ["Ctrl+K"],
    anywhere: true,
    run: (s) => {
      keepCard();
      s.dialog("finder");
    },
  },
  { id: "add", title: "keys.find", icon: "plus", keys: ["/"], run: findType },
  {
    id: "undo",
    title: "head.undo",
    icon: "undo",
    keys: ["Ctrl+Z"],
    can: (state) => state.history.past.length > 0,
    run: (s) => s.undo(),
  },
  {
    id: "redo",
    title: "head.redo",
    icon: "redo",
    keys: ["Ctrl+Y", "Ctrl+Shift+Z"],
    can: (state) => state.history.future.length > 0,
    run: (s) => s.redo(),
  },
  {
    id: "duplicate",
    title: "panel.duplicate",
    icon: "copy",
    keys: ["Ctrl+D"],
    can: chosen,
    run: (s) => s.clipboard.duplicate(),
  },
  {
    id: "setup",
    title: "action.setup",
    icon: "settings",
    card: "Enter",
    can: atStep,
    run: (s) =>
      here(s, (key) => {
        flushSync(() => s.select([key])); // its form stands before the focus goes there
        toForm();
      }),
  },
  {
    id: "behind",
    title: "keys.add",
    icon: "plus",
    card: "+",
    can: atStep,
    run: (s) => here(s, (key) => addBehind(s, key)),
  },
  {
    id: "line.next",
    title: "keys.line.next",
    icon: "link",
    keys: ["L"],
    can: atStep,
    run: (s) => here(s, (key) => s.lines.walk(key, 1)),
  },
  {
    id: "line.before",
    title: "keys.line.before",
    icon: "link",
    keys: ["Shift+L"],
    can: atStep,
    run: (s) => here(s, (key) => s.lines.walk(key, -1)),
  },
  {
    id: "line.insert",
    title: "keys.line.insert",
    icon: "plus",
    card: "+",
    can: atLine,
    run: (s) => s.lines.current && insertOn(s, s.lines.current),
  },
  {
    id: "line.follow",
    title: "keys.line.follow",
    icon: "link",
    card: "Enter",
    can: atLine,
    run: (s) => {
      const line = s.lines.current;
      if (line) s.lines.follow(line, stepUnderKeys(s) ?? line.from);
    },
  },
  toward("ArrowDown", "action.go.down", "↓"),
  toward("ArrowUp", "action.go.up", "↑"),
  toward("ArrowLeft", "action.go.left", "←"),
  toward("ArrowRight", "action.go.right", "→"),
  shift("ArrowDown", "action.move.down", "↓"),
  shift("ArrowUp", "action.move.up", "↑"),
  shift("ArrowLeft", "action.move.left", "←"),
  shift("ArrowRight", "action.move.right", "→"),
  { id: "replace", title: "action.replace", icon: "refresh", keys: ["R"], can: one, run: replaceStep },
  {
    id: "delete",
    title: "keys.delete",
    icon: "trash",
    keys: ["Delete", "Backspace"],
    can: (state) => chosen(state) || state.selectedEdges.length > 0,
    run: (s) => s.steps.deleteSelection(),
  },
  { id: "all", title: "keys.all", icon: "check", keys: ["Ctrl+A"], run: (s) => s.select(allIds(s.state.doc)) },
  { id: "note", title: "keys.note", icon: "note", keys: ["N"], run: (s) => s.arrangement.addNote() },
  { id: "group", title: "keys.group", icon: "grid", keys: ["Ctrl+G"], can: chosen, run: (s) => s.arrangement.group() },
  {
    id: "ungroup",
    title: "keys.ungroup",
    icon: "x",
    keys: ["Ctrl+Shift+G"],
    can: grouped,
    run: (s) => s.arrangement.ungroup(s.state.selected),
  },
  {
    id: "fold",
    title: "keys.fold",
    icon: "chevron-down",
    card: "-",
    can: (state, session) => foldable(state, session).length > 0,
    run: (s) => {
      for (const id of foldable(s.state, s)) s.arrangement.toggle(id);
    },
  },
  { id: "tidy", title: "tools.tidy", icon: "tidy", keys: ["Shift+Alt+T"], run: (s) => void s.steps.tidy() },
  align("left", "action.align.left"),
  align("center", "action.align.center"),
  align("right", "action.align.right"),
  align("top", "action.align.top"),
  align("middle", "action.align.middle"),
  align("bottom", "action.align.bottom"),
  align("across", "action.align.across"),
  align("down", "action.align.down"),
  { id: "fit", title: "action.fit", icon: "fit", keys: ["Shift+1"], run: (s) => s.camera?.show([]) },
  { id: "full", title: "action.full", icon: "search", keys: ["Shift+0"], run: (s) => s.camera?.full() },
  {
    id: "minimap",
    title: (state) => (state.minimap ? "action.minimap.hide" : "action.minimap.show"),
    icon: "map",
    keys: ["M"],
    run: (s) => s.showMinimap(!s.state.minimap),
  },
  {
    id: "heat",
    title: (state) => (state.heat ? "action.heat.hide" : "action.heat.show"),
    icon: "history",
    can: (state) => state.published !== null,
    run: (s) => void s.remote.heat(s.state.heat ? "" : "7d"),
  },
  {
    id: "list",
    title: (state) => (state.left === "list" ? "action.palette" : "head.list"),
    icon: "list",
    run: (s) => s.store.set({ left: s.state.left === "list" ? "palette" : "list" }),
  },
  { id: "save", title: "keys.save", icon: "check", keys: ["Ctrl+S"], anywhere: true, run: (s) => void s.saveNow() },
  { id: "test", title: "head.test", icon: "play", run: (s) => s.dialog("test") },
  { id: "backtest", title: "head.backtest", icon: "history", run: (s) => s.dialog("backtest") },
  {
    id: "shadow",
    title: "action.shadow",
    icon: "branch",
    can: (state, session) => state.published !== null && session.boot.urls.shadows !== "",
    run: (s) => leaveFor(s, s.boot.urls.shadows),
  },
  {
    id: "publish",
    title: "head.publish",
    icon: "upload",
    can: (_state, session) => session.boot.can_publish,
    run: (s) => s.dialog("publish"),
  },
  { id: "versions", title: "more.versions", icon: "history", run: (s) => s.dialog("versions") },
  {
    id: "enable",
    title: (state) => (state.enabled ? "more.off" : "more.on"),
    icon: "power",
    can: (state) => state.published !== null,
    run: (s) => void s.remote.enable(!s.state.enabled),
  },
  { id: "settings", title: "action.settings", icon: "settings", run: (s) => s.select([]) },
  { id: "runs", title: "more.runs", icon: "runs", run: (s) => leaveFor(s, s.boot.urls.runs) },
  { id: "export", title: "more.export", icon: "download", run: (s) => download(s.state.doc) },
  { id: "keyboard", title: "more.keyboard", icon: "keyboard", keys: ["?"], run: (s) => s.dialog("keyboard") },
];

/** Keys that a focused card, and the page itself, understand, as the help tells them: several at once, where they belong
 * together. */
export const OTHER_KEYS: readonly (readonly [keys: string, meaning: MessageKey])[] = [
  ["Enter", "keys.enter"],
  ["↑ ↓ ← →", "keys.travel"],
  ["Alt + ↑ ↓ ← →", "keys.nudge"],
  ["Alt + Shift + ↑ ↓ ← →", "keys.resize"],
  ["+", "keys.add"],
  ["L, +", "keys.line.insert"],
  ["L, Enter", "keys.line.follow"],
  ["L, Delete", "keys.line.delete"],
  ["-", "keys.fold"],
  ["Space", "keys.space"],
  ["Ctrl + C, X, V", "keys.copy"],
  ["Esc", "keys.esc"],
];

export const titleOf = (action: Action, state: State): string =>
  t(typeof action.title === "function" ? action.title(state) : action.title);

export const can = (action: Action, state: State, session: Session): boolean =>
  action.can === undefined || action.can(state, session);

export function actionOf(id: string): Action {
  const action = ACTIONS.find((one) => one.id === id);
  if (!action) throw new Error(`no command ${id}`);
  return action;
}
