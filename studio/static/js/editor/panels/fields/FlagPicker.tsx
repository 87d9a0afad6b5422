// Which feature flag, in which environment, for which segment, and which of the metrics that guard one.
import { useEffect } from "react";
import { t } from "../../../i18n/t";
import { choices, METRICS, PLACE, SEGMENTS } from "../../api/flags";
import { NoAnswer, useAnswer } from "./answer";
import type { InputProps } from "./props";

interface Offered {
  readonly value: string;
  readonly words: string;
}

export function FlagPicker(props: InputProps) {
  const { value: found, error, again } = useFlags();
  const offered = found?.flags.map(({ key, description }) => ({
    value: key,
    words: description ? `${key} · ${description}` : key,
  }));
  const named = typeof props.value === "string" ? props.value : "";
  const chosen = offered?.some((one) => one.value === named);
  return (
    <div className="stack tight">
      <Choices {...props} offered={offered} empty={t("flag.choose")} none={t("flag.none")} waits={!error} />
      {error && <NoAnswer error={error} again={again} />}
      <div className="row">
        <a href={chosen ? `${PLACE}/${encodeURIComponent(named)}` : PLACE} target="_blank" rel="noopener">
          {t(chosen ? "flag.open" : "flag.all")}
        </a>
      </div>
    </div>
  );
}

export function FlagEnvironmentPicker(props: InputProps) {
  const { value: found, error, again } = useFlags();
  const offered = found?.environments.map(({ name, title }) => ({ value: name, words: title }));
  return (
    <div className="stack tight">
      <Choices {...props} offered={offered} empty={t("flag.environment")} none={t("flag.environment")} waits={!error} />
      {error && <NoAnswer error={error} again={again} />}
    </div>
  );
}

export function FlagMetricPicker(props: InputProps) {
  const { value: found, error, again } = useFlags();
  const offered = found?.metrics.map(({ key, title }) => ({ value: key, words: title }));
  return (
    <div className="stack tight">
      <Choices {...props} offered={offered} empty={t("flag.metric")} none={t("flag.noMetric")} waits={!error} />
      {error && <NoAnswer error={error} again={again} />}
      <div className="row">
        <a href={METRICS} target="_blank" rel="noopener">
          {t("flag.metrics")}
        </a>
      </div>
    </div>
  );
}

export function FlagSegmentPicker(props: InputProps) {
  const { value: found, error, again } = useFlags();
  const offered = found?.segments.map(({ name, description }) => ({
    value: name,
    words: description ? `${name} · ${description}` : name,
  }));
  return (
    <div className="stack tight">
      <Choices {...props} offered={offered} empty={t("flag.own_rule")} none={t("flag.no_segments")} waits={!error} />
      {error && <NoAnswer error={error} again={again} />}
      <div className="row">
        <a href={SEGMENTS} target="_blank" rel="noopener">
          {t("flag.all_segments")}
        </a>
      </div>
    </div>
  );
}

/** Whoever went away to make a flag comes back to a list that has it. */
function useFlags() {
  const answer = useAnswer("flags", choices);
  useEffect(() => {
    window.addEventListener("focus", answer.again);
    return () => window.removeEventListener("focus", answer.again);
  }, [answer.again]);
  return answer;
}

interface ChoicesProps extends InputProps {
  readonly offered: readonly Offered[] | undefined;
  readonly empty: string;
  readonly none: string;
  readonly waits: boolean;
}

function Choices({ id, describedBy, invalid, schema, value, onChange, offered, empty, none, waits }: ChoicesProps) {
  const preset = typeof schema.default === "string" ? schema.default : "";
  const named = typeof value === "string" ? value : preset;
  const gone = named !== "" && !offered?.some((one) => one.value === named);
  return (
    <select
      id={id}
      className="input"
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      aria-busy={(!offered && waits) || undefined}
      value={named}
      onChange={(event) => onChange(event.target.value)}
    >
      {preset === "" && <option value="">{offered ? (offered.length ? empty : none) : t("loading")}</option>}
      {gone && <option value={named}>{offered ? t("flag.gone", { name: named }) : named}</option>}
      {offered?.map((one) => (
        <option key={one.value} value={one.value}>
          {one.words}
        </option>
      ))}
    </select>
  );
}
