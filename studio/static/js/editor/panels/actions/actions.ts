// Every command of the builder, declared once: Ctrl+K, the menus, the keys and the help of the keyboard all come from here.
import { flushSync } from "react-dom";
import { type MessageKey, t } from "../../../i18n/t";
import { allIds, groupAt, stepsIn } from "../../document/layout";
import { stepOf } from "../../document/read";
import type { Side } from "../../rules/align";
import type { Session } from "../../session/session";
import type { State } from "../../session/state";
import { download } from "../download";

export interface Action {
  readonly id: string;
  readonly title: MessageKey | ((state: State) => MessageKey);
  readonly icon: string;
  /** What presses it, the usual one first. */
  readonly keys?: readonly string[];
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

/** In the order in which Ctrl+K and the help list them. */
export const ACTIONS: readonly Action[] = [
  {
    id: "find",
    title: "action.find",
    icon: "search",
    keys: ["Ctrl+K"],
    anywhere: true,
    run: (s) => s.dialog("finder"),
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
  { id: "fit", title: "action.fit", icon: "fit", run: (s) => s.camera?.show([]) },
  {
    id: "minimap",
    title: (state) => (state.minimap ? "action.minimap.hide" : "action.minimap.show"),
    icon: "map",
    keys: ["M"],
    run: (s) => s.showMinimap(!s.state.minimap),
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
  { id: "runs", title: "more.runs", icon: "runs", run: (s) => window.location.assign(s.boot.urls.runs) },
  { id: "export", title: "more.export", icon: "download", run: (s) => download(s.state.doc) },
  { id: "keyboard", title: "more.keyboard", icon: "keyboard", keys: ["?"], run: (s) => s.dialog("keyboard") },
];

/** Keys that a focused card, and the page itself, understand; they need no command. */
export const OTHER_KEYS: readonly (readonly [keys: string, meaning: MessageKey])[] = [
  ["Enter", "keys.enter"],
  ["↑ ↓ ← →", "keys.travel"],
  ["Alt + ↑ ↓ ← →", "keys.nudge"],
  ["Alt + Shift + ↑ ↓ ← →", "keys.resize"],
  ["+", "keys.add"],
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
