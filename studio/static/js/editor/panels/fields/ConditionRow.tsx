// One comparison: a value, how it is compared, and with what.
import type { ReactNode } from "react";
import { t } from "../../../i18n/t";
import type { Schema } from "../../api/types";
import { CodeField, type InList } from "./CodeField";
import type { Shared } from "./ConditionLines";
import { ConditionValue } from "./ConditionValue";
import {
  asksAlone,
  asksDate,
  asksSpan,
  isDated,
  mayIgnore,
  OPERATORS,
  type Operator,
  type Row,
} from "./condition-rows";
import { useScope } from "./scope";

interface Props extends Shared {
  readonly id: string;
  /** "2.1": how the row is spoken of. */
  readonly n: string;
  readonly within?: InList;
  readonly row: Row;
  readonly x: ReactNode;
  onChange(next: Row): void;
}

export function ConditionRow({ id, n, within, row, x, onChange, input, places, example, dates }: Props) {
  const place = places.get(row);
  const { dynamic } = useScope();
  const put = (right: string): void => onChange({ ...row, right });
  const ofMany = row.operator === "in" || row.operator === "!in";
  const like = (text: string | undefined): Schema => ({ ...input.schema, examples: text ? [text] : [] });
  return (
    <div className="card row-card condition-row">
      <CodeField
        {...input}
        preview={false}
        id={`${id}-left`}
        label={t("conditions.left", { n })}
        mode="cel"
        schema={like(within ? `${within.name}.quantity` : example?.left)}
        offset={place?.left ?? null}
        within={within}
        value={row.left}
        onChange={(next) => onChange({ ...row, left: String(next ?? "") })}
      />
      <select
        className="input"
        aria-label={t("conditions.operator", { n })}
        value={row.operator}
        onChange={(event) => onChange(compared(row, event.target.value as Operator))}
      >
        {offered(row, dates(row.left, within), dynamic).map((one) => (
          <option key={one} value={one}>
            {t(`operator.${one}`)}
          </option>
        ))}
      </select>
      {!asksAlone(row.operator) && (
        <ConditionValue
          row={row}
          put={put}
          code={{
            ...input,
            preview: false,
            id: `${id}-right`,
            label: t("conditions.right", { n }),
            mode: "cel",
            schema: like(ofMany ? '"EUR", "CHF"' : within ? "1" : example?.right),
            offset: place?.right ?? null,
            within,
            value: row.right,
            onChange: (next) => put(String(next ?? "")),
          }}
        />
      )}
      {mayIgnore(row) && (
        <label className="check">
          <input
            type="checkbox"
            aria-label={t("conditions.caseless.spoken", { n })}
            checked={row.caseless === true}
            onChange={(event) => onChange(withCase(row, event.target.checked))}
          />
          <small>{t("conditions.caseless")}</small>
        </label>
      )}
      {x}
    </div>
  );
}

/** Dates are compared where there may be some; with the run's beginning, where there is a run. */
function offered(row: Row, dates: boolean, dynamic: boolean): readonly Operator[] {
  return OPERATORS.filter((one) => one === row.operator || !isDated(one) || (dates && (dynamic || !asksSpan(one))));
}

/** A date is no length of time, and neither is a value: what is compared with begins anew where its kind changes. */
function compared(row: Row, operator: Operator): Row {
  const kind = (one: Operator): number => (asksDate(one) ? 1 : asksSpan(one) ? 2 : 0);
  const keeps = asksAlone(operator) || kind(operator) === kind(row.operator);
  return { ...row, operator, right: keeps ? row.right : "" };
}

function withCase({ caseless: _before, ...row }: Row, ignore: boolean): Row {
  return ignore ? { ...row, caseless: true } : row;
}
