// A cron line, with the usual ones to pick from.
import { t } from "../../../i18n/t";
import type { InputProps } from "./props";
import { TextField } from "./Scalars";

const USUAL = [
  ["*/15 * * * *", "cron.quarter"],
  ["0 * * * *", "cron.hourly"],
  ["0 9 * * *", "cron.daily"],
  ["0 9 * * 1-5", "cron.workdays"],
  ["0 9 * * 1", "cron.weekly"],
  ["0 9 1 * *", "cron.monthly"],
] as const;

export function Cron(props: InputProps) {
  const usual = USUAL.find(([line]) => line === props.value)?.[0] ?? "";
  return (
    <span className="stack tight">
      <TextField {...props} />
      <select
        className="input"
        aria-label={t("cron.usual")}
        value={usual}
        onChange={(event) => event.target.value && props.onChange(event.target.value)}
      >
        <option value="">{t("cron.own")}</option>
        {USUAL.map(([line, name]) => (
          <option key={line} value={line}>
            {t(name)}
          </option>
        ))}
      </select>
    </span>
  );
}
