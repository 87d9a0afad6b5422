// What went in and came out of the test-run, and what stands for the step in tests: pinned, or written by hand. A
// trigger's event can be pasted, or a real one pinned.
import { useEffect, useState } from "react";
import { t, tIfKnown } from "../../i18n/t";
import type { NodeTypeInfo, Sample } from "../api/types";
import { lastSteps, toneOf } from "../canvas/outcome";
import type { Json, Step } from "../document/types";
import { usePart, useSession } from "../session/context";
import { JsonField } from "./fields/JsonField";
import { ObjectFields } from "./fields/ObjectFields";
import { FormScope } from "./fields/scope";
import { Mocked, Pinned, PinOutput } from "./Held";

export function SampleTab({ step, type }: { step: Step; type: NodeTypeInfo | undefined }) {
  const test = usePart((state) => state.test);
  const ran = lastSteps(test).get(step.key);
  // what only computes always does that itself: nothing stands for it
  const holds = type !== undefined && type.kind !== "trigger" && type.effect !== "pure";
  return (
    <div className="form">
      {type?.kind === "trigger" ? <Pinned step={step} trigger /> : holds && <Pinned step={step} />}
      {type && type.kind !== "trigger" && <TestAlone step={step} />}
      {ran && (
        <>
          <p className="row">
            <span className={`chip ${toneOf(ran.state)}`}>{tIfKnown(`state.${ran.state}`, ran.state)}</span>
            <small>
              {t("sample.testrun", { ms: ran.duration_ms })} {ran.note}
            </small>
          </p>
          {ran.error && <p className="note bad small">{ran.error.message}</p>}
          {type?.kind !== "trigger" && (
            <Data title={t(type?.effect === "outside" ? "sample.sent" : "sample.in")} data={ran.input} />
          )}
          <Data title={t("sample.out")} data={ran.output} />
          {holds && <PinOutput step={step} ran={ran} />}
        </>
      )}
      {type?.kind === "trigger" ? (
        <TriggerSample step={step} type={type} />
      ) : (
        !ran && (
          <>
            <p className="small">{t("sample.none")}</p>
            {type?.sample != null && <Data title={t("sample.example")} data={type.sample} />}
          </>
        )
      )}
      {holds && <Mocked step={step} type={type} />}
    </div>
  );
}

/** Nothing is sent: an effect is simulated, and shown as what would have been sent. */
function TestAlone({ step }: { step: Step }) {
  const session = useSession();
  const [busy, setBusy] = useState(false);
  return (
    <p className="row">
      <button
        type="button"
        className="btn small-btn"
        disabled={busy}
        onClick={() => {
          setBusy(true);
          void session.remote.testOne(step.key).finally(() => setBusy(false));
        }}
      >
        {t(busy ? "test.busy" : "test.one")}
      </button>
      <small>{t("test.one.help")}</small>
    </p>
  );
}

function Data({ title, data }: { title: string; data: Json }) {
  return (
    <div className="field">
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre className="code wrap" role="region" tabIndex={0} aria-label={title}>
        {JSON.stringify(data, null, 2)}
      </pre>
    </div>
  );
}

function TriggerSample({ step, type }: { step: Step; type: NodeTypeInfo }) {
  const session = useSession();
  const own = type.schema.properties?.sample;
  const put = (value: Json | undefined): void => session.settings.configure(step.key, ["sample"], value);
  if (!own) return type.sample == null ? null : <Data title={t("sample.example")} data={type.sample} />;
  return (
    <>
      <FormScope step={step} root={type.schema} fields={ObjectFields}>
        <div className="field" data-field="sample">
          <div className="field-head">
            <span className="label" id="sample-label">
              {t("sample.own")}
            </span>
            <span className="grow" />
            {step.config.sample != null && <span className="chip plain held">{t("held.mock")}</span>}
          </div>
          <JsonField
            id="sample"
            labelledBy="sample-label"
            describedBy="sample-help"
            invalid={false}
            schema={own}
            path={["sample"]}
            lines={12}
            value={step.config.sample}
            onChange={put}
          />
          <small className="help" id="sample-help">
            {t("sample.own.help")} {step.pin && t("held.first")}
          </small>
        </div>
      </FormScope>
      <PastEvents step={step} />
    </>
  );
}

/** One of them is pinned: tests begin with it, and what was written by hand waits. */
function PastEvents({ step }: { step: Step }) {
  const session = useSession();
  const samples = useSamples(step);
  const [id, setId] = useState("");
  const chosen = samples.find((one) => one.id === id);
  if (samples.length === 0) return null;
  return (
    <div className="field">
      <label htmlFor="sample-events">{t("sample.events")}</label>
      <div className="row">
        <select id="sample-events" className="input grow" value={id} onChange={(event) => setId(event.target.value)}>
          <option value="">{t("sample.events.choose")}</option>
          {samples.map((sample) => (
            <option key={sample.id} value={sample.id}>
              {sample.label}
            </option>
          ))}
        </select>
        <button
          type="button"
          className="btn"
          disabled={!chosen}
          onClick={() => {
            if (!chosen) return;
            session.settings.pin(step.key, { data: chosen.data, source: "event", label: chosen.label.slice(0, 200) });
            setId("");
          }}
        >
          {t("held.pin.event")}
        </button>
      </div>
    </div>
  );
}

/** Events that this trigger really received, and those of open sources that hear the same kind. */
export function useSamples(trigger: Step | undefined): readonly Sample[] {
  const session = useSession();
  const node = trigger?.key;
  const type = trigger?.type ?? "";
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let gone = false;
    setSamples([]);
    if (node)
      session.api.samples(node, type).then(
        (answer) => !gone && setSamples(answer.samples),
        () => undefined, // none then; the sample can still be pasted
      );
    return () => {
      gone = true;
    };
  }, [session, node, type]);
  return samples;
}
