// How many runs of the workflow there may be: one at a time, so many at once, so many in a time, and who comes first.
import type { ReactNode } from "react";
import type { MessageKey } from "../../../i18n/messages";
import { t } from "../../../i18n/t";
import type { JsonObject } from "../../document/types";
import { usePart, useSession } from "../../session/context";
import { changed, type LimitName, lifted, part, prioritized, whole } from "./limits";

const MOST = 10_000;
const DAY_S = 86_400;

export function LimitFields() {
  const session = useSession();
  const settings = usePart((state) => state.doc.settings) as JsonObject | undefined;
  const put = (next: JsonObject, mark: string): void => session.settings.describe({ settings: next }, mark);
  const one = part(settings, "one_at_a_time");
  const atOnce = part(settings, "at_once");
  const rate = part(settings, "rate");
  const limit = (name: LimitName, text: string): void => {
    const number = whole(text, MOST);
    put(number === undefined ? lifted(settings, name) : changed(settings, name, { limit: number }), name);
  };
  const key = (name: LimitName) => ({
    name,
    value: String(part(settings, name)?.key ?? ""),
    onChange: (text: string) => put(changed(settings, name, { key: text }), `${name} key`),
  });
  return (
    <fieldset className="fieldset then">
      <legend>{t("limits")}</legend>
      <Field name="one_at_a_time" label="limits.one" help="limits.one.help">
        <select
          id="limit-one_at_a_time"
          className="input"
          aria-describedby="limit-one_at_a_time-help"
          value={one ? String(one.conflict ?? "queue") : ""}
          onChange={({ target: { value } }) =>
            put(
              value === ""
                ? lifted(settings, "one_at_a_time")
                : changed(settings, "one_at_a_time", { conflict: value }),
              "one_at_a_time",
            )
          }
        >
          <option value="">{t("limits.one.none")}</option>
          <option value="queue">{t("limits.one.queue")}</option>
          <option value="skip">{t("limits.one.skip")}</option>
          <option value="cancel">{t("limits.one.cancel")}</option>
        </select>
      </Field>
      {one && <KeyField {...key("one_at_a_time")} />}
      <Field name="at_once" label="limits.at_once" help="limits.at_once.help">
        <Whole name="at_once" most={MOST} value={atOnce?.limit} onChange={(text) => limit("at_once", text)} />
      </Field>
      {atOnce && <KeyField {...key("at_once")} />}
      <Field name="rate" label="limits.rate" help="limits.rate.help">
        <Whole name="rate" most={MOST} value={rate?.limit} onChange={(text) => limit("rate", text)} />
      </Field>
      {rate && (
        <>
          <div className="fields-row">
            <Field name="rate-per_s" label="limits.per_s">
              <Whole
                name="rate-per_s"
                most={DAY_S}
                value={rate.per_s ?? 60}
                onChange={(text) => put(changed(settings, "rate", { per_s: whole(text, DAY_S) }), "rate per_s")}
              />
            </Field>
            <Field name="rate-over" label="limits.over">
              <select
                id="limit-rate-over"
                className="input"
                value={String(rate.over ?? "wait")}
                onChange={(event) => put(changed(settings, "rate", { over: event.target.value }), "rate over")}
              >
                <option value="wait">{t("limits.over.wait")}</option>
                <option value="skip">{t("limits.over.skip")}</option>
              </select>
            </Field>
          </div>
          <KeyField {...key("rate")} />
        </>
      )}
      <Field name="priority" label="limits.priority" help="limits.priority.help">
        <select
          id="limit-priority"
          className="input"
          aria-describedby="limit-priority-help"
          value={String(settings?.priority ?? "normal")}
          onChange={(event) => put(prioritized(settings, event.target.value), "priority")}
        >
          <option value="high">{t("limits.priority.high")}</option>
          <option value="normal">{t("limits.priority.normal")}</option>
          <option value="low">{t("limits.priority.low")}</option>
        </select>
      </Field>
    </fieldset>
  );
}

interface FieldProps {
  name: string;
  label: MessageKey;
  help?: MessageKey;
  children: ReactNode;
}

function Field({ name, label, help, children }: FieldProps) {
  return (
    <div className="field" data-field={`settings.${name}`}>
      <label htmlFor={`limit-${name}`}>{t(label)}</label>
      {children}
      {help && (
        <small className="help" id={`limit-${name}-help`}>
          {t(help)}
        </small>
      )}
    </div>
  );
}

interface WholeProps {
  name: string;
  most: number;
  value: unknown;
  onChange(text: string): void;
}

function Whole({ name, most, value, onChange }: WholeProps) {
  return (
    <input
      id={`limit-${name}`}
      className="input"
      type="number"
      min={1}
      max={most}
      placeholder={t("limits.unlimited")}
      value={typeof value === "number" ? value : ""}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

interface KeyProps {
  name: LimitName;
  value: string;
  onChange(text: string): void;
}

function KeyField({ name, value, onChange }: KeyProps) {
  const path = `settings.${name}.key`;
  const all = usePart((state) => state.problems);
  const problems = all.filter((problem) => problem.path.startsWith(path));
  const id = `limit-${name}-key`;
  return (
    <div className="field" data-field={path}>
      <label htmlFor={id}>{t(`limits.${name}.key`)}</label>
      <input
        id={id}
        className="input"
        autoComplete="off"
        spellCheck={false}
        maxLength={2000}
        placeholder="trigger.order.id"
        aria-describedby={`${id}-help`}
        aria-invalid={problems.length > 0 || undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
      <small className="help" id={`${id}-help`}>
        {t("limits.key.help")}
      </small>
      {problems.map((problem) => (
        <p key={problem.code + problem.message} className="error">
          {problem.message}
        </p>
      ))}
    </div>
  );
}
