// Publish: what changes for customers, in words, and a note for colleagues.
import { useEffect, useState } from "react";
import { t } from "../../../i18n/t";
import { Refused } from "../../api/client";
import type { Change } from "../../api/types";
import { Modal } from "../../parts/Modal";
import { usePart, useSession } from "../../session/context";

const ALL = 100;
const SHARES = [ALL, 50, 25, 10, 5, 1] as const;

export function PublishDialog() {
  const session = useSession();
  const published = usePart((state) => state.published);
  const errors = usePart((state) => state.problems.filter((problem) => problem.severity === "error").length);
  const [note, setNote] = useState("");
  const [share, setShare] = useState(ALL);
  const [minRuns, setMinRuns] = useState(20);
  const [points, setPoints] = useState(10);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<readonly string[]>([]);
  const changes = useChanges();
  const close = (): void => session.dialog(null);
  const publish = async (): Promise<void> => {
    setBusy(true);
    setRefused([]);
    try {
      await session.remote.publish(note, share === ALL ? null : { share, min_runs: minRuns, points });
    } catch (error) {
      setBusy(false);
      if (error instanceof Refused && error.refusal.errors?.length)
        setRefused(error.refusal.errors.map((one) => one.message));
      else if (error instanceof Refused) setRefused([error.message]);
      else {
        close();
        session.sayError(error);
      }
    }
  };
  return (
    <Modal
      title={t("publish.title", { version: (published ?? 0) + 1 })}
      onClose={close}
      foot={
        <>
          <button type="button" className="btn" onClick={close}>
            {t("dialog.cancel")}
          </button>
          <button type="submit" form="publish-form" className="btn primary" disabled={busy || errors > 0}>
            {t(busy ? "publish.busy" : "publish.do")}
          </button>
        </>
      }
    >
      <form
        id="publish-form"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void publish();
        }}
      >
        {errors > 0 && <p className="note bad">{t("publish.errors", { n: errors })}</p>}
        {refused.map((message) => (
          <p key={message} className="note bad" role="alert">
            {message}
          </p>
        ))}
        <section className="stack tight">
          <h3>{t(published === null ? "publish.first" : "publish.changes", { version: published ?? 0 })}</h3>
          {changes === null ? (
            <p className="small">{t("loading")}</p>
          ) : changes.length === 0 ? (
            <p className="small">{t("publish.nothing")}</p>
          ) : (
            <ul className="changes">
              {changes.map((change, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: changes have no identity of their own
                <li key={index}>{change.text}</li>
              ))}
            </ul>
          )}
        </section>
        <div className="field">
          <label htmlFor="publish-note">
            {t("publish.note")} <span className="optional">{t("field.optional")}</span>
          </label>
          <textarea
            id="publish-note"
            className="input"
            rows={3}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <small className="help">{t("publish.note.help")}</small>
        </div>
        {published !== null && (
          <div className="field">
            <label htmlFor="publish-share">{t("publish.share")}</label>
            <select
              id="publish-share"
              className="input"
              value={share}
              onChange={(event) => setShare(Number(event.target.value))}
            >
              {SHARES.map((one) => (
                <option key={one} value={one}>
                  {one === ALL ? t("publish.share.all") : t("publish.share.part", { share: one })}
                </option>
              ))}
            </select>
            {share !== ALL && (
              <small className="help">{t("publish.share.help", { version: published, rest: ALL - share })}</small>
            )}
          </div>
        )}
        {published !== null && share !== ALL && (
          <div className="row">
            <Whole id="publish-runs" label={t("publish.runs")} most={10_000} value={minRuns} onChange={setMinRuns} />
            <Whole id="publish-points" label={t("publish.points")} most={100} value={points} onChange={setPoints} />
          </div>
        )}
      </form>
    </Modal>
  );
}

function Whole(props: { id: string; label: string; most: number; value: number; onChange: (value: number) => void }) {
  return (
    <div className="field grow">
      <label htmlFor={props.id}>{props.label}</label>
      <input
        id={props.id}
        className="input"
        type="number"
        required
        min={1}
        max={props.most}
        step={1}
        value={props.value || ""}
        onChange={(event) => props.onChange(Math.trunc(Number(event.target.value)))}
      />
    </div>
  );
}

/** The draft is saved first, so that the words are about what is seen. */
function useChanges(): readonly Change[] | null {
  const session = useSession();
  const [changes, setChanges] = useState<readonly Change[] | null>(null);
  useEffect(() => {
    let gone = false;
    session
      .saveNow()
      .then(() => session.api.changes())
      .then(
        (answer) => !gone && setChanges(answer.changes),
        () => !gone && setChanges([]),
      );
    return () => {
      gone = true;
    };
  }, [session]);
  return changes;
}
