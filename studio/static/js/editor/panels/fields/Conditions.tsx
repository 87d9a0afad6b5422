// A condition as rows ("order.total" "is more than" "400"), or as the expression they make. Rows are only another way to
// read and write the expression: what rows cannot say stays an expression.
import { useMemo, useState } from "react";
import { t } from "../../../i18n/t";
import { holdsDates, useEarlierData } from "../earlier-data";
import { CodeField, type InList } from "./CodeField";
import { ConditionLines, type Shared } from "./ConditionLines";
import { toRows } from "./condition-read";
import { type Condition, fromRows, isGroup, isList, type Line, placesIn, type Row } from "./condition-rows";
import { PreviewLine } from "./PreviewLine";
import type { InputProps } from "./props";
import { useProblems, useScope } from "./scope";

export function Conditions(props: InputProps) {
  const source = typeof props.value === "string" ? props.value : "";
  const rows = useMemo(() => toRows(source), [source]);
  const [asText, setAsText] = useState(rows === null);
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

function AsRows({ source, parsed, ...props }: InputProps & { source: string; parsed: Condition }) {
  const problems = useProblems(props.path);
  // an unfinished row says nothing yet and is kept here until it does
  const [draft, setDraft] = useState<Condition>(parsed);
  const current = fromRows(draft) === source ? draft : parsed;
  // written by hand with other spaces, the rows have no places in it
  const places = useMemo(() => (fromRows(current) === source ? placesIn(current) : new Map()), [current, source]);
  const put = (next: Condition): void => {
    setDraft(next);
    const made = fromRows(next);
    // a row that is only begun is no change of the workflow
    if (made !== fromRows(current)) props.onChange(made);
  };
  const roots = useEarlierData(useScope().step);
  const shared: Shared = {
    input: props,
    places,
    example: firstRow(toRows(String(props.schema.examples?.[0] ?? ""))),
    dates: (path, within) => holdsDates(roots ?? [], pathThere(path.trim(), within)) !== false,
  };
  return (
    <div className="stack tight" role="group" aria-labelledby={props.labelledBy}>
      <ConditionLines {...shared} id={props.id} number="" depth={0} condition={current} onChange={put} />
      <PreviewLine source={source} template={false} said={problems.length > 0} />
    </div>
  );
}

/** The path of one entry's field among all data: that of the first entry. */
function pathThere(path: string, within: InList | undefined): string {
  const { list = "", name = "" } = within ?? {};
  return list && (path === name || path.startsWith(`${name}.`)) ? `${list}[0]${path.slice(name.length)}` : path;
}

function firstRow(line: Line | null | undefined): Row | undefined {
  if (!line) return undefined;
  if (isGroup(line)) return firstRow(line.lines[0]);
  return isList(line) ? firstRow(line.where) : line;
}
