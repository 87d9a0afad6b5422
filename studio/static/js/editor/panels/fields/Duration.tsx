// A length of time: a number and its unit. Seconds in the document where the schema wants a number, else text such as
// "4h" or "2 days", which the server reads.
import { useState } from "react";
import { t, tIfKnown } from "../../../i18n/t";
import type { Json, JsonObject } from "../../document/types";
import { useSession } from "../../session/context";
import type { InputProps } from "./props";
import { TextField } from "./Scalars";
import { resolved } from "./schema";
import { useScope } from "./scope";

const UNITS = [
  { seconds: 86_400, name: "unit.days" },
  { seconds: 3_600, name: "unit.hours" },
  { seconds: 60, name: "unit.minutes" },
  { seconds: 1, name: "unit.seconds" },
] as const;

const unitFor = (seconds: number): number =>
  UNITS.find((unit) => seconds >= unit.seconds && seconds % unit.seconds === 0)?.seconds ?? 1;

export function Duration(props: InputProps) {
  const numeric = /integer|number/.test(JSON.stringify(props.schema.type ?? props.schema.anyOf ?? ""));
  if (props.schema.properties) return <Amount {...props} />;
  return numeric ? <Seconds {...props} /> : <TextField {...props} />;
}

/** {"amount": 4, "unit": "hours"}; without an amount there is no duration. */
function Amount({ id, describedBy, invalid, schema, value, onChange }: InputProps) {
  const { root } = useScope();
  const given = value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : null;
  const unitField = resolved(schema.properties?.unit ?? {}, root);
  const [unit, setUnit] = useState(String(given?.unit ?? unitField.default ?? "hours"));
  const shown = String(given?.unit ?? unit);
  const counted = schema.properties?.calendar !== undefined && shown.startsWith("working_");
  const put = (amount: Json | undefined, next: string, calendar: Json = given?.calendar ?? ""): void => {
    const named = next.startsWith("working_") && calendar;
    onChange(amount === undefined ? undefined : { amount, unit: next, ...(named ? { calendar } : {}) });
  };
  return (
    <span className="with-unit">
      <input
        id={id}
        className="input num-input"
        type="number"
        min={1}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        value={given?.amount === undefined ? "" : String(given.amount)}
        onChange={(event) => put(event.target.value === "" ? undefined : Number(event.target.value), shown)}
      />
      <select
        className="input"
        id={`${id}-unit`}
        aria-label={t("unit.label")}
        value={shown}
        onChange={(event) => {
          setUnit(event.target.value);
          if (given?.amount !== undefined) put(given.amount, event.target.value);
        }}
      >
        {(unitField.enum ?? [shown]).map((one) => (
          <option key={String(one)} value={String(one)}>
            {tIfKnown(`unit.${String(one)}`, String(one))}
          </option>
        ))}
      </select>
      {counted && (
        <CalendarChoice
          id={`${id}-calendar`}
          chosen={String(given?.calendar ?? "")}
          choose={(name) => put(given?.amount as Json | undefined, shown, name)}
        />
      )}
    </span>
  );
}

interface CalendarProps {
  readonly id: string;
  readonly chosen: string;
  choose(name: string): void;
}

/** Which calendar says what working time is; one that is gone stays chosen, so that nobody changes it unseen. */
function CalendarChoice({ id, chosen, choose }: CalendarProps) {
  const { calendars } = useSession().boot;
  const usual = calendars.find((one) => one.default);
  const known = calendars.some((one) => one.name.toLowerCase() === chosen.toLowerCase());
  return (
    <select
      className="input"
      id={id}
      aria-label={t("calendar.label")}
      value={chosen}
      onChange={(event) => choose(event.target.value)}
    >
      <option value="">{usual ? t("calendar.default", { name: usual.name }) : t("calendar.no_default")}</option>
      {calendars.map((one) => (
        <option key={one.name} value={one.name}>
          {one.name}
        </option>
      ))}
      {chosen !== "" && !known && <option value={chosen}>{t("calendar.gone", { name: chosen })}</option>}
    </select>
  );
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
