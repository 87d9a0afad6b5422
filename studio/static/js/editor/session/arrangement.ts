// The verbs for what stands on the canvas beside the steps: sticky notes, groups, what is collapsed.
import { t } from "../../i18n/t";
import { arrange } from "../commands/arrange";
import {
  freshId,
  type Group,
  groupAt,
  groupId,
  groupsOf,
  groupWith,
  layoutOf,
  MOST,
  NOTE,
  type Note,
  noteAt,
  noteId,
  notesOf,
  stepsIn,
} from "../document/layout";
import { stepOf } from "../document/read";
import type { Position, WorkflowDocument } from "../document/types";
import { CARD, GRID, snapped } from "./places";
import type { Session } from "./session";

export class Arrangement {
  constructor(private readonly session: Session) {}

  private get doc(): WorkflowDocument {
    return this.session.state.doc;
  }

  /** A sticky note where somebody looks, its text ready to be typed. */
  addNote(at?: Position): void {
    const notes = notesOf(this.doc);
    if (notes.length >= MOST.notes) {
      this.session.say(t("note.full", { n: MOST.notes }), "bad");
      return;
    }
    const place = clearOf(this.doc, at ?? this.session.camera?.center() ?? { x: 0, y: 0 });
    const note: Note = { id: freshId(notes, "note"), text: "", ...place, ...SIZE, tone: "yellow" };
    this.session.do(arrange({ notes: [...(layoutOf(this.doc).notes ?? []), note] }, "command.note"));
    this.session.select([noteId(note.id)]);
    this.session.store.set({ editing: noteId(note.id) });
  }

  setNote(id: string, fields: Partial<Omit<Note, "id">>): void {
    const mark = "text" in fields ? `note ${id}` : undefined;
    const notes = notesOf(this.doc).map((note) => (note.id === id ? { ...note, ...fields } : note));
    this.session.do(arrange({ notes }, "command.note.edit", mark));
  }

  /** Steps of one level under a name; those that were in another group leave it. */
  group(ids: readonly string[] = this.session.state.selected): void {
    const chosen = stepsIn(this.doc, ids);
    const levels = new Set(chosen.map((key) => stepOf(this.doc, key)?.parent ?? null));
    // with a loop its body is chosen as well: only the outermost level is meant
    const outer = [...levels].find((level) => level === null || !chosen.includes(level));
    const steps = chosen.filter((key) => (stepOf(this.doc, key)?.parent ?? null) === outer);
    const stray = chosen.some((key) => !steps.includes(key) && !chosen.includes(stepOf(this.doc, key)?.parent ?? ""));
    const groups = groupsOf(this.doc);
    if (steps.length === 0) return;
    if (stray) this.session.say(t("group.levels"), "bad");
    else if (groups.length >= MOST.groups) this.session.say(t("group.full", { n: MOST.groups }), "bad");
    else {
      const made: Group = { id: freshId(groups, "group"), name: t("group.new"), steps };
      this.session.do(arrange({ groups: [...without(groups, steps), made] }, "command.group"));
      this.session.select([groupId(made.id)]);
    }
  }

  /** The frame goes; its steps stay. */
  ungroup(ids: readonly string[]): void {
    const groups = groupsOf(this.doc).filter((group) => !ids.includes(groupId(group.id)));
    this.session.do(arrange({ groups }, "command.ungroup"));
  }

  nameGroup(id: string, name: string): void {
    if (!name.trim()) return;
    const groups = groupsOf(this.doc).map((group) => (group.id === id ? { ...group, name } : group));
    this.session.do(arrange({ groups }, "command.group.name", `group ${id}`));
  }

  /** Into another group of its level, or (null) out of its own. */
  putInto(key: string, id: string | null): void {
    if ((groupWith(this.doc, key)?.id ?? null) !== id)
      this.session.do(arrange(this.regrouped(this.doc, [[key, id]]), LEAVE));
  }

  regrouped(doc: WorkflowDocument, moves: Iterable<readonly [key: string, group: string | null]>): { groups: Group[] } {
    let groups: Group[] = [...groupsOf(doc)];
    for (const [key, id] of moves) {
      groups = groups.flatMap((group) => {
        const steps = group.steps.filter((one) => one !== key);
        if (group.id === id) return [{ ...group, steps: [...steps, key] }];
        if (steps.length === group.steps.length) return [group];
        return steps.length ? [{ ...group, steps }] : [];
      });
    }
    return { groups };
  }

  /** A group or a loop: as one card, or open. */
  toggle(id: string): void {
    const group = groupAt(this.doc, id);
    if (group) {
      const { collapsed, ...open } = group;
      const other: Group = collapsed ? open : { ...group, collapsed: true };
      const groups = groupsOf(this.doc).map((one) => (one.id === group.id ? other : one));
      this.session.do(arrange({ groups }, collapsed ? "command.expand" : "command.collapse"));
      return;
    }
    const step = stepOf(this.doc, id);
    if (!step || !this.session.types.isLoop(step.type)) return;
    const before = layoutOf(this.doc).collapsed ?? [];
    const open = before.includes(id);
    const collapsed = open ? before.filter((key) => key !== id) : [...before, id];
    this.session.do(arrange({ collapsed }, open ? "command.expand" : "command.collapse"));
  }

  isCollapsed(id: string): boolean {
    return groupAt(this.doc, id)?.collapsed === true || (layoutOf(this.doc).collapsed ?? []).includes(id);
  }

  /** A step inside of collapsed cards: they are opened. */
  reveal(key: string): void {
    const ids: string[] = [];
    for (let at: string | null = key; at !== null; at = stepOf(this.doc, at)?.parent ?? null) {
      const group = groupWith(this.doc, at);
      if (group?.collapsed) ids.push(groupId(group.id));
      if (at !== key && this.isCollapsed(at)) ids.push(at);
      if (ids.length > this.doc.nodes.length) break; // parents in a circle
    }
    for (const id of ids) this.toggle(id);
  }

  /** Notes at their new places. */
  movedNotes(doc: WorkflowDocument, places: ReadonlyMap<string, Position>): { notes: Note[] } | null {
    if (![...places.keys()].some((id) => noteAt(doc, id))) return null;
    return { notes: notesOf(doc).map((note) => ({ ...note, ...places.get(noteId(note.id)) })) };
  }

  resize(id: string, by: Position): void {
    const note = noteAt(this.doc, id);
    if (!note) return;
    const side = (length: number): number => Math.min(NOTE.most, Math.max(NOTE.least, length));
    this.setNote(note.id, { width: side(note.width + by.x), height: side(note.height + by.y) });
  }
}

const SIZE = { width: NOTE.width, height: NOTE.height };
const LEAVE = "command.regroup";

/** At or below a wish, where the note covers no card and no other note. */
function clearOf(doc: WorkflowDocument, wish: Position): Position {
  const taken = [...doc.nodes.map((n) => ({ x: 0, y: 0, ...n.position, ...CARD })), ...notesOf(doc)];
  let { x, y } = snapped(wish);
  const covers = (box: (typeof taken)[number]): boolean =>
    x < box.x + box.width && box.x < x + SIZE.width && y < box.y + box.height && box.y < y + SIZE.height;
  while (taken.some(covers)) y += 3 * GRID;
  return { x, y };
}

const without = (groups: readonly Group[], keys: readonly string[]): Group[] =>
  groups.flatMap((group) => {
    const steps = group.steps.filter((key) => !keys.includes(key));
    if (steps.length === group.steps.length) return [group];
    return steps.length ? [{ ...group, steps }] : [];
  });

/** How far each note moves when steps do: as its nearest step does. */
export function notesBeside(
  doc: WorkflowDocument,
  places: ReadonlyMap<string, Position | undefined>,
): Map<string, Position> {
  const moved = new Map<string, Position>();
  for (const note of notesOf(doc)) {
    let best: { distance: number; by: Position } | null = null;
    for (const step of doc.nodes) {
      const [at, to] = [step.position, places.get(step.key)];
      if (!at) continue;
      const dx = at.x + CARD.width / 2 - (note.x + note.width / 2);
      const dy = at.y + CARD.height / 2 - (note.y + note.height / 2);
      const distance = dx * dx + dy * dy;
      if (!best || distance < best.distance)
        best = { distance, by: to ? { x: to.x - at.x, y: to.y - at.y } : { x: 0, y: 0 } };
    }
    if (best && (best.by.x || best.by.y))
      moved.set(noteId(note.id), snapped({ x: note.x + best.by.x, y: note.y + best.by.y }));
  }
  return moved;
}
