// A length of time: a number and its unit. Seconds in the document where the schema wants a number, else text such as
// "4h" or "2 days", which the server reads.
import { useState } from "react";
import { t } from "../../../i18n/t";
import type { InputProps } from "./Field";
import { TextField } from "./Scalars";

const UNITS = [
  { seconds: 86_400, name: "unit.days" },
  { seconds: 3_600, name: "unit.hours" },
  { seconds: 60, name: "unit.minutes" },
  { seconds: 1, name: "unit.seconds" },
] as const;

const unitFor = (seconds: number): number => UNITS.find((unit) => seconds >= unit.seconds && seconds % unit.seconds === 0)?.seconds ?? 1;

export function Duration(props: InputProps) {
  const numeric = /integer|number/.test(JSON.stringify(props.schema.type ?? props.schema.anyOf ?? ""));
  return numeric ? <Seconds {...props} /> : <TextField {...props} />;
}

function Seconds({ id, describedBy, invalid, schema, value, onChange }: InputProps) {
  const seconds = typeof value === "number" ? value : undefined;
  const [chosen, setUnit] = useState(() => unitFor(seconds ?? Number(schema.default ?? 3_600)));
  const unit = seconds !== undefined && seconds % chosen !== 0 ? unitFor(seconds) : chosen;
  return (
    <span className="with-unit">
      <input
        id={id}
        className="input num-input"
        type="number"
        min={0}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        placeholder={typeof schema.default === "number" ? String(schema.default / unit) : ""}
        value={seconds === undefined ? "" : seconds / unit}
        onChange={(event) => onChange(event.target.value === "" ? undefined : Number(event.target.value) * unit)}
      />
      <select
        className="input"
        id={`${id}-unit`}
        aria-label={t("unit.label")}
        value={unit}
        onChange={(event) => {
          const next = Number(event.target.value);
          setUnit(next);
          if (seconds !== undefined) onChange((seconds / unit) * next);
        }}
      >
        {UNITS.map((one) => (
          <option key={one.seconds} value={one.seconds}>
            {t(one.name)}
          </option>
        ))}
      </select>
    </span>
  );
}
