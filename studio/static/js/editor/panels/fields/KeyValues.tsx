// Names and values, such as headers. Rows keep their order while a name is typed; the document holds an object.
import { useEffect, useState } from "react";
import { t } from "../../../i18n/t";
import type { Json, JsonObject } from "../../document/types";
import { Icon } from "../../parts/Icon";
import { CodeField } from "./CodeField";
import type { InputProps } from "./props";

type Row = readonly [name: string, value: Json];

const asRows = (value: Json | undefined): Row[] =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? Object.entries(value as JsonObject) : [];
const asObject = (rows: readonly Row[]): JsonObject => Object.fromEntries(rows.filter(([name]) => name !== ""));

export function KeyValues(props: InputProps) {
  const { id, labelledBy, path, value, onChange } = props;
  const [rows, setRows] = useState(() => asRows(value));
  // a value from elsewhere (undo, another version) replaces the rows
  useEffect(
    () =>
      setRows((before) => (JSON.stringify(asObject(before)) === JSON.stringify(value ?? {}) ? before : asRows(value))),
    [value],
  );
  const put = (next: Row[]): void => {
    setRows(next);
    onChange(asObject(next));
  };
  const replace = (at: number, row: Row): void => put(rows.map((one, index) => (index === at ? row : one)));
  const twice = (name: string): boolean => name !== "" && rows.filter(([other]) => other === name).length > 1;
  return (
    <div className="stack tight" role="group" aria-labelledby={labelledBy}>
      {rows.map(([name, text], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div className="line-row" key={index} data-field={[...path, name].join(".")}>
          <input
            className="input key-input"
            aria-label={t("pairs.name", { n: index + 1 })}
            placeholder={t("pairs.name.short")}
            aria-invalid={twice(name) || undefined}
            value={name}
            onChange={(event) => replace(index, [event.target.value, text])}
          />
          <CodeField
            {...props}
            id={`${id}-${index}`}
            path={[...path, name]}
            labelledBy=""
            label={t("pairs.value", { n: index + 1 })}
            mode="template"
            value={text}
            onChange={(next) => replace(index, [name, next ?? ""])}
          />
          <button
            type="button"
            className="btn quiet small-btn icon-only"
            aria-label={t("texts.remove", { n: index + 1 })}
            onClick={() => put(rows.filter((_, at) => at !== index))}
          >
            <Icon name="x" />
          </button>
        </div>
      ))}
      {rows.some(([name]) => twice(name)) && <p className="error">{t("pairs.twice")}</p>}
      <div>
        <button id={id} type="button" className="btn small-btn" onClick={() => setRows([...rows, ["", ""]])}>
          <Icon name="plus" />
          {t("pairs.add")}
        </button>
      </div>
    </div>
  );
}
