// What a row compares with: a date, a length of time and a pattern have fields of their own, all else is an expression.
import { type ReactNode, useState } from "react";
import { t } from "../../../i18n/t";
import { useSession } from "../../session/context";
import { CodeField } from "./CodeField";
import { asksDate, asksPattern, asksSpan, isSpan, type Row } from "./condition-rows";
import { quoted, textOf } from "./condition-texts";
import { fromMoment, toMoment } from "./moments";
import { useProblems } from "./scope";

type Code = React.ComponentProps<typeof CodeField>;

interface Props {
  readonly row: Row;
  readonly code: Code & { readonly label: string };
  put(right: string): void;
}

export function ConditionValue({ row, code, put }: Props) {
  const zone = useSession().boot.time_zone;
  const [byHand, setByHand] = useState(false);
  if (asksSpan(row.operator)) return <Span row={row} code={code} put={put} />;
  const dated = asksDate(row.operator);
  if (!dated && !asksPattern(row.operator)) return <CodeField {...code} />;
  const text = row.right.trim() === "" ? "" : textOf(row.right.trim());
  const shown = dated && text ? fromMoment(text, zone) : text;
  const asCode = byHand || shown === null;
  const input = { id: code.id, className: "input", "aria-label": code.label };
  return (
    <>
      <span className="mode own-line">
        <button type="button" aria-pressed={!asCode} disabled={shown === null} onClick={() => setByHand(false)}>
          {t(dated ? "conditions.date" : "conditions.pattern")}
        </button>
        <button type="button" aria-pressed={asCode} onClick={() => setByHand(true)}>
          {t("field.expression")}
        </button>
      </span>
      {asCode ? (
        <CodeField {...code} />
      ) : dated ? (
        <DateInput {...input} moment={shown ?? ""} zone={zone} put={put} />
      ) : (
        <Told code={code} length={row.right.length} help={t("conditions.pattern.help")}>
          {(invalid, describedBy) => (
            <input
              {...input}
              aria-invalid={invalid || undefined}
              aria-describedby={describedBy}
              placeholder="^ABC-"
              spellCheck={false}
              value={text ?? ""}
              onChange={(event) => put(quoted(event.target.value))}
            />
          )}
        </Told>
      )}
    </>
  );
}

interface DateProps {
  readonly id: string;
  readonly className: string;
  readonly "aria-label": string;
  readonly moment: string;
  readonly zone: string;
  put(right: string): void;
}

/** A date that is typed in part is no date yet: until it is one, the row compares with nothing. */
function DateInput({ moment, zone, put, ...input }: DateProps) {
  return (
    <>
      <input
        {...input}
        type="datetime-local"
        max="9999-12-30T23:59"
        aria-describedby={`${input.id}-zone`}
        step={moment.length > 16 ? 1 : undefined}
        value={moment}
        onChange={(event) => put(quoted(toMoment(event.target.value, zone) ?? ""))}
      />
      <small className="help" id={`${input.id}-zone`}>
        {t("conditions.zone", { zone })}
      </small>
    </>
  );
}

const UNITS = [
  { name: "unit.days", hours: 24 },
  { name: "unit.hours", hours: 1 },
  { name: "unit.minutes", hours: 0 },
] as const;

/** "336h" is 14 days: the largest unit that takes it whole. */
function Span({ row, code, put }: Props) {
  const right = isSpan(row.right.trim()) ? row.right.trim() : "";
  const number = Number.parseInt(right, 10);
  const [chosen, choose] = useState(() => (right.endsWith("m") ? 0 : right && number % 24 ? 1 : 24));
  const unit = right.endsWith("m") ? 0 : right && chosen && number % chosen === 0 ? chosen : right ? 1 : chosen;
  const write = (amount: number, hours: number): void =>
    put(Number.isInteger(amount) && amount > 0 ? (hours ? `${amount * hours}h` : `${amount}m`) : "");
  const amount = right ? number / (unit || 1) : Number.NaN;
  return (
    <>
      <span className="with-unit">
        <input
          id={code.id}
          className="input num-input"
          type="number"
          min={1}
          max={100_000}
          aria-label={code.label}
          aria-describedby={`${code.id}-from`}
          value={right ? amount : ""}
          onChange={(event) => write(Math.min(event.target.valueAsNumber, 100_000), unit)}
        />
        <select
          className="input"
          aria-label={`${t("unit.label")}, ${code.label}`}
          value={unit}
          onChange={(event) => {
            const next = Number(event.target.value);
            choose(next);
            if (right) write(amount, next);
          }}
        >
          {UNITS.map((one) => (
            <option key={one.name} value={one.hours}>
              {t(one.name)}
            </option>
          ))}
        </select>
      </span>
      <small className="help" id={`${code.id}-from`}>
        {t("conditions.from")}
      </small>
    </>
  );
}

interface ToldProps {
  readonly code: Code;
  readonly length: number;
  readonly help: string;
  children(invalid: boolean, describedBy: string): ReactNode;
}

/** What is wrong with this very value, in words below it: a plain field has no line under what is wrong. */
function Told({ code, length, help, children }: ToldProps) {
  const { offset = null, id } = code;
  const wrong = useProblems(code.path).filter(
    ({ span }) => span && offset !== null && span[0] >= offset && span[1] <= offset + length,
  );
  return (
    <>
      {children(wrong.length > 0, `${id}-told`)}
      <span id={`${id}-told`}>
        {wrong.map((one) => (
          <p key={one.message} className="error">
            {one.message}
          </p>
        ))}
        <small className="help">{help}</small>
      </span>
    </>
  );
}
