// A test-run of the draft on a sample. Steps with effects are simulated unless switched on one by one.
import { useState } from "react";
import { t, tIfKnown } from "../../../i18n/t";
import type { NodeTypeInfo, TestResult } from "../../api/types";
import { toneOf } from "../../canvas/outcome";
import { eventOf } from "../../document/held";
import { stepOf } from "../../document/read";
import type { Json, Step } from "../../document/types";
import { Modal } from "../../parts/Modal";
import { usePart, useSession } from "../../session/context";
import { useSamples } from "../SampleTab";

export function TestDialog() {
  const session = useSession();
  const doc = usePart((state) => state.doc);
  const triggers = doc.nodes.filter((n) => session.types.isTrigger(n.type));
  const given = session.boot.sample;
  const effects = doc.nodes.filter((n) => canBeLive(session.types.of(n.type)));
  const [trigger, setTrigger] = useState(triggers[0]?.key);
  const [text, setText] = useState(() =>
    given
      ? JSON.stringify(given.data, null, 2)
      : sampleText(session.types.of(triggers[0]?.type ?? "")?.sample, triggers[0]),
  );
  const [live, setLive] = useState<readonly string[]>([]);
  const [event, setEvent] = useState(given?.id ?? "");
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<TestResult | null>(null);
  const received = useSamples(doc.nodes.find((n) => n.key === trigger));
  const samples = given && !received.some((one) => one.id === given.id) ? [given, ...received] : received;
  const sample = parsed(text);
  const close = (): void => session.dialog(null);
  const choose = (key: string): void => {
    const step = stepOf(doc, key);
    setTrigger(key);
    setEvent("");
    setText(sampleText(session.types.of(step?.type ?? "")?.sample, step));
  };
  const run = async (): Promise<void> => {
    if (!trigger || sample === undefined) return;
    setBusy(true);
    try {
      setResult(await session.remote.test(trigger, sample, live));
    } catch (error) {
      session.sayError(error);
    }
    setBusy(false);
  };
  return (
    <Modal
      title={t("test.title")}
      wide
      onClose={close}
      foot={
        <>
          <span className="small grow">{t(live.length ? "test.live.some" : "test.live.none", { n: live.length })}</span>
          <button type="button" className="btn" onClick={close}>
            {t(result ? "test.look" : "dialog.cancel")}
          </button>
          <button
            type="button"
            className="btn primary"
            disabled={busy || !trigger || sample === undefined}
            onClick={() => void run()}
          >
            {t(busy ? "test.busy" : result ? "test.again" : "test.run")}
          </button>
        </>
      }
    >
      {triggers.length === 0 && <p className="note warn">{t("test.notrigger")}</p>}
      {result && <Result result={result} />}
      <div className="fields-row">
        {triggers.length > 1 && (
          <div className="field">
            <label htmlFor="test-trigger">{t("test.trigger")}</label>
            <select
              id="test-trigger"
              className="input"
              value={trigger}
              onChange={(event) => choose(event.target.value)}
            >
              {triggers.map((n) => (
                <option key={n.key} value={n.key}>
                  {n.name}
                </option>
              ))}
            </select>
          </div>
        )}
        {samples.length > 0 && (
          <div className="field">
            <label htmlFor="test-event">{t("sample.events")}</label>
            <select
              id="test-event"
              className="input"
              value={event}
              onChange={({ target }) => {
                const chosen = samples.find((one) => one.id === target.value);
                setEvent(target.value);
                if (chosen) setText(JSON.stringify(chosen.data, null, 2));
              }}
            >
              <option value="">{t("sample.events.choose")}</option>
              {samples.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.label}
                </option>
              ))}
            </select>
          </div>
        )}
      </div>
      <div className="field">
        <label htmlFor="test-sample">{t("test.sample")}</label>
        <textarea
          id="test-sample"
          className="input mono"
          rows={10}
          spellCheck={false}
          aria-invalid={sample === undefined || undefined}
          value={text}
          onChange={({ target }) => {
            setText(target.value);
            setEvent("");
          }}
        />
        {sample === undefined && <p className="error">{t("json.bad")}</p>}
      </div>
      {effects.length > 0 && (
        <fieldset className="fieldset">
          <legend>{t("test.effects")}</legend>
          {effects.map((n) => (
            <label key={n.key} className="check">
              <input
                type="checkbox"
                checked={live.includes(n.key)}
                onChange={(event) =>
                  setLive(event.target.checked ? [...live, n.key] : live.filter((key) => key !== n.key))
                }
              />
              <span>{n.name}</span>
            </label>
          ))}
        </fieldset>
      )}
    </Modal>
  );
}

/** A step that acts, and does not wait for anybody: a test cannot wait. */
const canBeLive = (type: NodeTypeInfo | undefined): boolean =>
  type !== undefined && type.kind !== "trigger" && type.effect !== "pure" && !type.waits;

function Result({ result }: { result: TestResult }) {
  const session = useSession();
  const doc = usePart((state) => state.doc);
  return (
    <section className="stack tight" aria-live="polite">
      <div className={`note ${result.state === "failed" ? "bad" : result.state === "succeeded" ? "good" : "info"}`}>
        <b>{t("test.result", { state: tIfKnown(`state.${result.state}`, result.state), ms: result.duration_ms })}</b>
        {result.error && <span>{result.error.message}</span>}
      </div>
      <ul className="card list">
        {result.steps.map((step) => (
          <li key={`${step.node} ${step.path} ${step.attempt}`} className="bar">
            <button
              type="button"
              className="link-btn"
              onClick={() => {
                session.select([step.node]);
                session.tab("sample");
                session.dialog(null);
              }}
            >
              {stepOf(doc, step.node)?.name ?? step.node}
            </button>
            {step.path && <small>{t("test.round", { path: step.path })}</small>}
            <span className={`chip ${toneOf(step.state)}`}>{tIfKnown(`state.${step.state}`, step.state)}</span>
            <small className="grow truncate">{step.error?.message ?? step.note ?? ""}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

const sampleText = (fallback: Json | undefined, step: Step | undefined): string =>
  JSON.stringify((step && eventOf(step)) ?? fallback ?? {}, null, 2);

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
