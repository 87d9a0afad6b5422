// A condition as rows ("order.total" "is more than" "400"), or as the expression they make. Rows are only another way to
// read and write the expression: what rows cannot say stays an expression.
import { useState } from "react";
import { t } from "../../../i18n/t";
import type { Schema } from "../../api/types";
import { Icon } from "../../parts/Icon";
import { CodeField } from "./CodeField";
import { type Condition, fromRows, OPERATORS, type Operator, placesIn, toRows } from "./condition-rows";
import { PreviewLine } from "./PreviewLine";
import type { InputProps } from "./props";
import { useProblems } from "./scope";

export function Conditions(props: InputProps) {
  const source = typeof props.value === "string" ? props.value : "";
  const rows = toRows(source);
  const [asText, setAsText] = useState(rows === null || source === "" ? rows === null : false);
  const text = asText || rows === null;
  return (
    <div className="stack tight">
      <span className="mode own-line">
        <button
          type="button"
          aria-pressed={!text}
          disabled={rows === null}
          title={rows === null ? t("conditions.toorich") : undefined}
          onClick={() => setAsText(false)}
        >
          {t("conditions.rows")}
        </button>
        <button type="button" aria-pressed={text} onClick={() => setAsText(true)}>
          {t("field.expression")}
        </button>
      </span>
      {text ? <CodeField {...props} mode="cel" expects="bool" /> : <AsRows {...props} source={source} parsed={rows} />}
    </div>
  );
}

const EMPTY = { left: "", operator: "==", right: "" } as const;
const ONE_EMPTY: Condition = { all: true, rows: [EMPTY] };

function AsRows({ source, parsed, ...props }: InputProps & { source: string; parsed: Condition }) {
  const problems = useProblems(props.path);
  // an unfinished row says nothing yet and is kept here until it does
  const [draft, setDraft] = useState<Condition>(parsed);
  const written = fromRows(draft) === source ? draft : parsed;
  const current = written.rows.length ? written : ONE_EMPTY;
  // written by hand with other spaces, the rows have no places in it
  const places = fromRows(current) === source ? placesIn(current) : [];
  const [example] = toRows(String(props.schema.examples?.[0] ?? ""))?.rows ?? [];
  const like = (text: string | undefined): Schema => ({ ...props.schema, examples: text ? [text] : [] });
  const put = (next: Condition): void => {
    setDraft(next);
    props.onChange(fromRows(next));
  };
  const row = (at: number, part: Partial<Condition["rows"][number]>): void =>
    put({ ...current, rows: current.rows.map((one, index) => (index === at ? { ...one, ...part } : one)) });
  return (
    <div className="stack tight" role="group" aria-labelledby={props.labelledBy}>
      {current.rows.map(({ left, operator, right }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div className="card row-card condition-row" key={index}>
          <CodeField
            {...props}
            preview={false}
            id={`${props.id}-${index}-left`}
            label={t("conditions.left", { n: index + 1 })}
            mode="cel"
            schema={like(example?.left)}
            offset={places[index]?.left ?? null}
            value={left}
            onChange={(next) => row(index, { left: String(next ?? "") })}
          />
          <select
            className="input"
            aria-label={t("conditions.operator", { n: index + 1 })}
            value={operator}
            onChange={(event) => row(index, { operator: event.target.value as Operator })}
          >
            {OPERATORS.map((one) => (
              <option key={one} value={one}>
                {t(`operator.${one}`)}
              </option>
            ))}
          </select>
          {operator !== "has" && (
            <CodeField
              {...props}
              preview={false}
              id={`${props.id}-${index}-right`}
              label={t("conditions.right", { n: index + 1 })}
              mode="cel"
              schema={like(example?.right)}
              offset={places[index]?.right ?? null}
              value={right}
              onChange={(next) => row(index, { right: String(next ?? "") })}
            />
          )}
          {current.rows.length > 1 && (
            <button
              type="button"
              className="btn quiet small-btn icon-only row-x"
              aria-label={t("texts.remove", { n: index + 1 })}
              onClick={() => put({ ...current, rows: current.rows.filter((_, at) => at !== index) })}
            >
              <Icon name="x" />
            </button>
          )}
        </div>
      ))}
      <div className="row">
        <button
          type="button"
          className="btn small-btn"
          onClick={() => put({ ...current, rows: [...current.rows, EMPTY] })}
        >
          <Icon name="plus" />
          {t("conditions.add")}
        </button>
        {current.rows.length > 1 && (
          <select
            className="input small-input"
            aria-label={t("conditions.all")}
            value={String(current.all)}
            onChange={(event) => put({ ...current, all: event.target.value === "true" })}
          >
            <option value="true">{t("conditions.and")}</option>
            <option value="false">{t("conditions.or")}</option>
          </select>
        )}
      </div>
      <PreviewLine source={source} template={false} said={problems.length > 0} />
    </div>
  );
}
