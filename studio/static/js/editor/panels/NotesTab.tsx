// Notes for colleagues, and the key by which expressions call the step.
import { useEffect, useState } from "react";
import { t } from "../../i18n/t";
import { isKey } from "../document/keys";
import { groupsOf, groupWith } from "../document/layout";
import { stepOf } from "../document/read";
import type { Step } from "../document/types";
import { usePart, useSession } from "../session/context";

export function NotesTab({ step }: { step: Step }) {
  const session = useSession();
  return (
    <div className="form">
      <div className="field">
        <label htmlFor="step-notes">{t("notes.label")}</label>
        <textarea
          id="step-notes"
          className="input"
          rows={6}
          value={step.notes ?? ""}
          onChange={(event) => session.settings.setFields(step.key, { notes: event.target.value || undefined })}
        />
        <small className="help">{t("notes.help")}</small>
      </div>
      <GroupOf step={step} />
      <Key step={step} />
    </div>
  );
}

/** The group on the canvas that it is in: those of its level can be chosen. */
function GroupOf({ step }: { step: Step }) {
  const session = useSession();
  const doc = usePart((state) => state.doc);
  const level = step.parent ?? null;
  const groups = groupsOf(doc).filter((group) => (stepOf(doc, group.steps[0] ?? "")?.parent ?? null) === level);
  if (groups.length === 0) return null;
  return (
    <div className="field">
      <label htmlFor="step-group">{t("group.of")}</label>
      <select
        id="step-group"
        className="input"
        value={groupWith(doc, step.key)?.id ?? ""}
        onChange={(event) => session.arrangement.putInto(step.key, event.target.value || null)}
      >
        <option value="">{t("group.none")}</option>
        {groups.map((group) => (
          <option key={group.id} value={group.id}>
            {group.name}
          </option>
        ))}
      </select>
    </div>
  );
}

function Key({ step }: { step: Step }) {
  const session = useSession();
  const taken = usePart((state) => state.doc.nodes);
  const [text, setText] = useState(step.key);
  useEffect(() => setText(step.key), [step.key]);
  const wrong = text !== step.key && (!isKey(text) || taken.some((n) => n.key === text));
  const save = (): void => {
    if (text !== step.key && !wrong) session.settings.rekey(step.key, text);
  };
  return (
    <div className="field">
      <label htmlFor="step-key">{t("notes.key")}</label>
      <input
        id="step-key"
        className="input mono"
        value={text}
        aria-invalid={wrong || undefined}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => event.key === "Enter" && save()}
      />
      <small className="help">{t("notes.key.help", { key: step.key })}</small>
      {wrong && <p className="error">{t(isKey(text) ? "notes.key.taken" : "notes.key.wrong")}</p>}
    </div>
  );
}
