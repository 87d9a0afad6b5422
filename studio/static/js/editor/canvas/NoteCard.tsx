// A sticky note: plain text on the canvas, behind the steps. Double click types into it, its corner makes it larger.
import { type NodeProps, NodeResizeControl } from "@xyflow/react";
import { memo, useEffect, useRef } from "react";
import { t } from "../../i18n/t";
import { MOST, NOTE, type Note, noteId } from "../document/layout";
import { usePart, useSession } from "../session/context";
import { GRID } from "../session/places";
import type { NoteNode } from "./adapter";

const onGrid = (length: number): number => Math.max(NOTE.least, Math.round(length / GRID) * GRID);

export const NoteCard = memo(function NoteCard({ id, data, selected }: NodeProps<NoteNode>) {
  const session = useSession();
  const editing = usePart((state) => state.editing === id);
  const { note } = data;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a pointer's shortcut; keyboards type into the panel at the right
    <div
      className={selected ? "sticky selected" : "sticky"}
      data-tone={note.tone}
      onDoubleClick={() => session.store.set({ editing: id })}
    >
      {editing ? (
        <NoteText note={note} />
      ) : note.text ? (
        <p className="sticky-text">{note.text}</p>
      ) : (
        <p className="sticky-text hint">{t("note.empty")}</p>
      )}
      {selected && (
        <NodeResizeControl
          className="sticky-corner"
          minWidth={NOTE.least}
          minHeight={NOTE.least}
          maxWidth={NOTE.most}
          maxHeight={NOTE.most}
          onResizeEnd={(_event, { width, height }) =>
            session.arrangement.setNote(note.id, { width: onGrid(width), height: onGrid(height) })
          }
        />
      )}
    </div>
  );
});

function NoteText({ note }: { note: Note }) {
  const session = useSession();
  const area = useRef<HTMLTextAreaElement>(null);
  // once it is drawn: the canvas gives the focus to what was clicked first
  useEffect(() => {
    const frame = requestAnimationFrame(() => area.current?.focus({ preventScroll: true }));
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <textarea
      ref={area}
      className="sticky-text nodrag nopan nowheel"
      aria-label={t("note.text")}
      maxLength={MOST.text}
      value={note.text}
      onChange={(event) => session.arrangement.setNote(note.id, { text: event.target.value })}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        const card = event.currentTarget.closest<HTMLElement>(".react-flow__node");
        session.store.set({ editing: null });
        card?.focus({ preventScroll: true });
      }}
      onBlur={() => {
        if (session.state.editing === noteId(note.id)) session.store.set({ editing: null });
      }}
    />
  );
}
