// What happens when the step fails: again, how often, how long, and where to go when all attempts failed.
import { t } from "../../i18n/t";
import type { NodeTypeInfo } from "../api/types";
import { edgesFrom } from "../document/read";
import { ERROR_PORT, type Retry, type Step } from "../document/types";
import { usePart, useSession } from "../session/context";

export function ReliabilityTab({ step, type }: { step: Step; type: NodeTypeInfo | undefined }) {
  const session = useSession();
  const retry = step.retry ?? {};
  const routed = usePart((state) => edgesFrom(state.doc, step.key, ERROR_PORT).length > 0);
  const put = (part: { [K in keyof Retry]?: number | undefined }): void => {
    const next = Object.fromEntries(Object.entries({ ...retry, ...part }).filter(([, value]) => value !== undefined));
    session.settings.setFields(step.key, { retry: Object.keys(next).length ? (next as Retry) : undefined });
  };
  return (
    <div className="form">
      <Number_
        step={step}
        field="retry.attempts"
        label="retry.attempts"
        help="retry.attempts.help"
        standard={1}
        least={1}
        most={50}
        value={retry.attempts}
        onChange={(attempts) => put({ attempts })}
      />
      {(retry.attempts ?? 1) > 1 && (
        <div className="fields-row">
          <Number_
            step={step}
            field="retry.base_s"
            label="retry.base"
            standard={2}
            least={0}
            value={retry.base_s}
            onChange={(base_s) => put({ base_s })}
          />
          <Number_
            step={step}
            field="retry.max_s"
            label="retry.max"
            standard={600}
            least={0}
            value={retry.max_s}
            onChange={(max_s) => put({ max_s })}
          />
        </div>
      )}
      <Number_
        step={step}
        field="timeout_s"
        label="timeout"
        help="timeout.help"
        least={1}
        value={step.timeout_s ?? undefined}
        onChange={(timeout_s) => session.settings.setFields(step.key, { timeout_s })}
      />
      {type?.effect === "pure" && (
        <label className="check" data-field="checkpoint">
          <input
            type="checkbox"
            checked={step.checkpoint ?? false}
            onChange={(event) =>
              session.settings.setFields(step.key, { checkpoint: event.target.checked || undefined })
            }
          />
          <span>
            {t("checkpoint")}
            <small>{t("checkpoint.help")}</small>
          </span>
        </label>
      )}
      <p className="small">{t(routed ? "onerror.routed" : "onerror.ends")}</p>
    </div>
  );
}

interface NumberProps {
  step: Step;
  field: string;
  label: "retry.attempts" | "retry.base" | "retry.max" | "timeout";
  help?: "retry.attempts.help" | "timeout.help";
  standard?: number;
  least: number;
  most?: number;
  value: number | undefined;
  onChange(value: number | undefined): void;
}

function Number_({ step, field, label, help, standard, least, most, value, onChange }: NumberProps) {
  const id = `reliability-${field.replace(".", "-")}`;
  const problems = usePart((state) => state.problems);
  const own = problems.filter((problem) => problem.node === step.key && problem.field === field);
  return (
    <div className="field" data-field={field}>
      <label htmlFor={id}>{t(label)}</label>
      <input
        id={id}
        className="input"
        type="number"
        min={least}
        max={most}
        placeholder={standard === undefined ? t("timeout.standard") : String(standard)}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value === "" ? undefined : Number(event.target.value))}
      />
      {help && <small className="help">{t(help)}</small>}
      {own.map((problem) => (
        <p key={problem.code} className="error">
          {problem.message}
        </p>
      ))}
    </div>
  );
}
