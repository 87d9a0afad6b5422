// What stands for a step in previews and tests: a pin is what there really was, a mock is written by hand.
import { t } from "../../i18n/t";
import type { NodeTypeInfo, TestStep } from "../api/types";
import { ERROR_PORT, type Json, type Step } from "../document/types";
import { portName, portsOf } from "../session/catalogue";
import { usePart, useSession } from "../session/context";
import { JsonField } from "./fields/JsonField";
import { ObjectFields } from "./fields/ObjectFields";
import { FormScope } from "./fields/scope";

/** What is pinned, and how to let it go. */
export function Pinned({ step, trigger = false }: { step: Step; trigger?: boolean }) {
  const session = useSession();
  const { pin } = step;
  if (!pin) return null;
  const from = pin.source === "event" ? t("held.from.event", { label: pin.label ?? "" }) : t("held.from.test");
  return (
    <section className="card pad stack tight held-box" aria-label={t("held.pin")}>
      <div className="bar">
        <span className="chip plain held">{t("held.pin")}</span>
        <small className="grow">{from}</small>
        <button type="button" className="btn small-btn" onClick={() => session.settings.pin(step.key, undefined)}>
          {t("held.unpin")}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <pre className="code wrap" role="region" tabIndex={0} aria-label={from}>
        {JSON.stringify(pin.data, null, 2)}
      </pre>
      <small className="help">{t(trigger ? "held.help.trigger" : "held.help")}</small>
    </section>
  );
}

/** Keeps what the step gave in the test-run that is shown. */
export function PinOutput({ step, ran }: { step: Step; ran: TestStep }) {
  const session = useSession();
  if (ran.state !== "succeeded" || !ran.whole || step.pin) return null;
  return (
    <p>
      <button
        type="button"
        className="btn small-btn"
        onClick={() => session.settings.pin(step.key, { data: ran.output, port: ran.port, source: "test" })}
      >
        {t("held.pin.output")}
      </button>
    </p>
  );
}

export function Mocked({ step, type }: { step: Step; type: NodeTypeInfo }) {
  const session = useSession();
  const infos = usePart((state) => state.infos);
  const { mock } = step;
  const put = (next: Step["mock"] | undefined): void => session.settings.setFields(step.key, { mock: next });
  if (!mock)
    return (
      <p>
        <button type="button" className="btn quiet small-btn" onClick={() => put({ data: type.sample ?? {} })}>
          {t("held.mock.write")}
        </button>
      </p>
    );
  const ports = [...new Set([...portsOf(step, session.types, infos), ERROR_PORT])];
  return (
    <FormScope step={step} root={type.schema} fields={ObjectFields}>
      <section className="card pad stack tight held-box" aria-label={t("held.mock")}>
        <div className="bar">
          <span className="chip plain held">{t("held.mock")}</span>
          <span className="grow" />
          <button type="button" className="btn small-btn" onClick={() => put(undefined)}>
            {t("held.mock.remove")}
          </button>
        </div>
        {step.pin && <small className="help">{t("held.first")}</small>}
        <div className="field" data-field="mock">
          <span className="label" id="mock-label">
            {t("held.mock.data")}
          </span>
          <JsonField
            id="mock"
            labelledBy="mock-label"
            describedBy="mock-help"
            invalid={false}
            schema={{}}
            path={["mock"]}
            lines={6}
            value={mock.data}
            onChange={(data: Json | undefined) => put({ ...mock, data: data ?? null })}
          />
          <small className="help" id="mock-help">
            {t("held.help")}
          </small>
        </div>
        <div className="field">
          <label htmlFor="mock-port">{t("held.mock.port")}</label>
          <select
            id="mock-port"
            className="input"
            value={mock.port ?? ports[0]}
            onChange={(event) => put({ ...mock, port: event.target.value })}
          >
            {ports.map((port) => (
              <option key={port} value={port}>
                {portName(step, port, session.types, infos)}
              </option>
            ))}
          </select>
        </div>
      </section>
    </FormScope>
  );
}
