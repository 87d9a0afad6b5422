// The panel at the right, for what stands beside the steps: a sticky note, a group.
import { useEffect, useState } from "react";
import { t } from "../../i18n/t";
import { type Group, groupId, MOST, type Note, noteId, TONES } from "../document/layout";
import { stepOf } from "../document/read";
import { Icon } from "../parts/Icon";
import { Menu } from "../parts/Menu";
import { usePart, useSession } from "../session/context";

export function OfNote({ note }: { note: Note }) {
  const session = useSession();
  return (
    <div className="stack">
      <div className="inspector-head">
        <h2 className="grow">{t("note.title")}</h2>
        <Menu label={t("panel.more")}>
          <button type="button" className="danger" onClick={() => session.steps.deleteSelection()}>
            <Icon name="trash" />
            {t("panel.delete")} <kbd>Del</kbd>
          </button>
        </Menu>
      </div>
      <div className="form">
        <div className="field">
          <label htmlFor="note-text">{t("note.text")}</label>
          <textarea
            id="note-text"
            className="input"
            rows={8}
            maxLength={MOST.text}
            value={note.text}
            onChange={(event) => session.arrangement.setNote(note.id, { text: event.target.value })}
          />
          <small className="help">{t("note.help")}</small>
        </div>
        <fieldset className="fieldset tones">
          <legend>{t("note.tone")}</legend>
          {TONES.map((tone) => (
            <label key={tone} className="tone" data-tone={tone}>
              <input
                type="radio"
                name={`tone ${noteId(note.id)}`}
                checked={note.tone === tone}
                onChange={() => session.arrangement.setNote(note.id, { tone })}
              />
              {t(`note.tone.${tone}`)}
            </label>
          ))}
        </fieldset>
      </div>
    </div>
  );
}

export function OfGroup({ group }: { group: Group }) {
  const session = useSession();
  const id = groupId(group.id);
  return (
    <div className="stack">
      <div className="inspector-head">
        <GroupName group={group} />
      </div>
      <div className="row">
        <button type="button" className="btn" onClick={() => session.arrangement.toggle(id)}>
          {t(group.collapsed ? "group.do.expand" : "group.do.collapse")}
        </button>
        <button type="button" className="btn" onClick={() => session.arrangement.ungroup([id])}>
          {t("group.do.ungroup")}
        </button>
      </div>
      <Members group={group} />
    </div>
  );
}

function GroupName({ group }: { group: Group }) {
  const session = useSession();
  const [text, setText] = useState(group.name);
  useEffect(() => setText(group.name), [group.name]);
  return (
    <input
      className="step-name grow"
      aria-label={t("group.name")}
      value={text}
      maxLength={MOST.name}
      onChange={(event) => {
        setText(event.target.value);
        session.arrangement.nameGroup(group.id, event.target.value);
      }}
      onBlur={() => setText(group.name)}
    />
  );
}

function Members({ group }: { group: Group }) {
  const session = useSession();
  const doc = usePart((state) => state.doc);
  return (
    <section>
      <h3>{t("group.steps", { n: group.steps.length })}</h3>
      <ul className="plain-list">
        {group.steps.map((key) => {
          const name = stepOf(doc, key)?.name ?? key;
          return (
            <li key={key} className="row">
              <span className="grow truncate">{name}</span>
              <button
                type="button"
                className="btn quiet icon-only"
                aria-label={t("group.take_out", { step: name })}
                onClick={() => session.arrangement.putInto(key, null)}
              >
                <Icon name="x" />
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
