// What went in and came out: of the test-run, else the sample. A trigger's sample can be pasted, or taken from a real event.
import { useEffect, useState } from "react";
import { t, tIfKnown } from "../../i18n/t";
import type { NodeTypeInfo, Sample } from "../api/types";
import { lastSteps, toneOf } from "../canvas/outcome";
import type { Json, Step } from "../document/types";
import { usePart, useSession } from "../session/context";
import { JsonField } from "./fields/JsonField";
import { ObjectFields } from "./fields/ObjectFields";
import { FormScope } from "./fields/scope";

export function SampleTab({ step, type }: { step: Step; type: NodeTypeInfo | undefined }) {
  const test = usePart((state) => state.test);
  const ran = lastSteps(test).get(step.key);
  return (
    <div className="form">
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
  const samples = useSamples(step.key);
  const own = type.schema.properties?.sample;
  const put = (value: Json | undefined): void => session.settings.configure(step.key, ["sample"], value);
  if (!own) return type.sample == null ? null : <Data title={t("sample.example")} data={type.sample} />;
  return (
    <>
      <FormScope step={step} root={type.schema} fields={ObjectFields}>
        <div className="field" data-field="sample">
          <span className="label" id="sample-label">
            {t("sample.own")}
          </span>
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
            {t("sample.own.help")}
          </small>
        </div>
      </FormScope>
      {samples.length > 0 && (
        <div className="field">
          <label htmlFor="sample-events">{t("sample.events")}</label>
          <select
            id="sample-events"
            className="input"
            value=""
            onChange={(event) => {
              const sample = samples.find((one) => one.id === event.target.value);
              if (sample) put(sample.data);
            }}
          >
            <option value="">{t("sample.events.choose")}</option>
            {samples.map((sample) => (
              <option key={sample.id} value={sample.id}>
                {sample.label}
              </option>
            ))}
          </select>
        </div>
      )}
    </>
  );
}

/** Events that this trigger really received. */
export function useSamples(node: string | undefined): readonly Sample[] {
  const session = useSession();
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    let gone = false;
    setSamples([]);
    if (node)
      session.api.samples(node).then(
        (answer) => !gone && setSamples(answer.samples),
        () => undefined, // none then; the sample can still be pasted
      );
    return () => {
      gone = true;
    };
  }, [session, node]);
  return samples;
}
