// What each run of the workflow is labelled with, without a step. Rows keep their order while a name is typed.
import { useEffect, useState } from "react";
import { t } from "../../i18n/t";
import type { JsonObject } from "../document/types";
import { Icon } from "../parts/Icon";
import { usePart, useSession } from "../session/context";

type Row = readonly [key: string, source: string];
const MOST = 10;

const asRows = (value: unknown): Row[] =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.entries(value).map(([key, source]) => [key, String(source)] as const)
    : [];
const asObject = (rows: readonly Row[]): JsonObject => Object.fromEntries(rows.filter(([key]) => key !== ""));

export function LabelFields() {
  const session = useSession();
  const settings = usePart((state) => state.doc.settings) as JsonObject | undefined;
  const problems = usePart((state) => state.problems).filter((one) => one.path.startsWith("settings.labels"));
  const value = settings?.labels;
  const [rows, setRows] = useState(() => asRows(value));
  // a value from elsewhere (undo, another version) replaces the rows
  useEffect(
    () =>
      setRows((before) => (JSON.stringify(asObject(before)) === JSON.stringify(value ?? {}) ? before : asRows(value))),
    [value],
  );
  const put = (next: Row[]): void => {
    setRows(next);
    const { labels: _before, ...others } = settings ?? {};
    const labels = asObject(next);
    session.settings.describe(
      { settings: Object.keys(labels).length > 0 ? { ...others, labels } : others },
      "settings labels",
    );
  };
  const replace = (at: number, row: Row): void => put(rows.map((one, index) => (index === at ? row : one)));
  return (
    <fieldset className="fieldset then" data-field="settings.labels">
      <legend>{t("labels")}</legend>
      <small className="help" id="labels-help">
        {t("labels.help")}
      </small>
      {rows.map(([key, source], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div className="line-row" key={index} data-field={`settings.labels.${key}`}>
          <input
            className="input key-input"
            autoComplete="off"
            spellCheck={false}
            maxLength={40}
            aria-label={t("labels.name", { n: index + 1 })}
            aria-describedby="labels-help"
            placeholder="country"
            value={key}
            onChange={(event) => replace(index, [event.target.value, source])}
          />
          <input
            className="input"
            autoComplete="off"
            spellCheck={false}
            maxLength={2000}
            aria-label={t("labels.value", { n: index + 1 })}
            aria-invalid={problems.some((one) => one.path === `settings.labels.${key}`) || undefined}
            placeholder="trigger.order.country"
            value={source}
            onChange={(event) => replace(index, [key, event.target.value])}
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
      {problems.map((problem) => (
        <p key={problem.path + problem.code + problem.message} className="error">
          {problem.message}
        </p>
      ))}
      {rows.length < MOST && (
        <div>
          <button type="button" className="btn small-btn" onClick={() => setRows([...rows, ["", ""]])}>
            <Icon name="plus" />
            {t("labels.add")}
          </button>
        </div>
      )}
    </fieldset>
  );
}
