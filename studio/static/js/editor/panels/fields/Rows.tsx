// A list of objects, each a small form of its own.
import { t } from "../../../i18n/t";
import type { Json } from "../../document/types";
import { Icon } from "../../parts/Icon";
import type { InputProps } from "./props";
import { emptyOf, resolved } from "./schema";
import { useScope } from "./scope";

export function Rows({ id, labelledBy, schema, path, value, onChange }: InputProps) {
  const { root, fields: Fields } = useScope();
  const item = resolved(schema.items ?? {}, root);
  // where one is needed anyway, it stands there to be filled in
  const rows: Json[] = Array.isArray(value) && value.length ? [...value] : schema.minItems ? [emptyOf(item, root)] : [];
  const swap = (a: number, b: number): void => {
    const next = [...rows];
    [next[a], next[b]] = [rows[b] as Json, rows[a] as Json];
    onChange(next);
  };
  return (
    <div className="stack tight" role="group" aria-labelledby={labelledBy}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div className="card row-card" key={index} data-field={[...path, index].join(".")}>
          <Fields schema={item} path={[...path, index]} value={row} />
          <div className="row-tools">
            <button
              type="button"
              className="btn quiet small-btn icon-only"
              disabled={index === 0}
              aria-label={t("rows.up", { n: index + 1 })}
              onClick={() => swap(index, index - 1)}
            >
              <Icon name="chevron-up" />
            </button>
            <button
              type="button"
              className="btn quiet small-btn icon-only"
              disabled={index === rows.length - 1}
              aria-label={t("rows.down", { n: index + 1 })}
              onClick={() => swap(index, index + 1)}
            >
              <Icon name="chevron-down" />
            </button>
            <button
              type="button"
              className="btn quiet small-btn icon-only"
              aria-label={t("texts.remove", { n: index + 1 })}
              onClick={() => onChange(rows.filter((_, at) => at !== index))}
            >
              <Icon name="x" />
            </button>
          </div>
        </div>
      ))}
      <div>
        <button
          id={id}
          type="button"
          className="btn small-btn"
          onClick={() => onChange([...rows, emptyOf(item, root)])}
        >
          <Icon name="plus" />
          {t("rows.add")}
        </button>
      </div>
    </div>
  );
}
