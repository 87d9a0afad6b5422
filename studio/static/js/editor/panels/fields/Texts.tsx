// A list of texts, a line each.
import { t } from "../../../i18n/t";
import type { Json } from "../../document/types";
import { Icon } from "../../parts/Icon";
import { CodeField } from "./CodeField";
import type { InputProps } from "./props";
import { resolved } from "./schema";
import { useScope } from "./scope";

export function Texts(props: InputProps) {
  const { root } = useScope();
  const { id, labelledBy, schema, path, value, onChange } = props;
  // where one is needed anyway, it stands there to be filled in
  const items: Json[] = Array.isArray(value) && value.length ? [...value] : schema.minItems ? [""] : [];
  const item = resolved(schema.items ?? {}, root);
  const template = Boolean(item["x-template"] ?? schema["x-template"]);
  const replace = (at: number, next: Json | undefined): void =>
    onChange(items.map((one, index) => (index === at ? (next ?? "") : one)));
  return (
    <div className="stack tight" role="group" aria-labelledby={labelledBy}>
      {items.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
        <div className="line-row" key={index} data-field={[...path, index].join(".")}>
          {template ? (
            <CodeField
              {...props}
              id={`${id}-${index}`}
              path={[...path, index]}
              label={t("texts.nth", { n: index + 1 })}
              mode="template"
              value={text}
              onChange={(next) => replace(index, next)}
            />
          ) : (
            <input
              className="input"
              aria-label={t("texts.nth", { n: index + 1 })}
              value={String(text)}
              onChange={(event) => replace(index, event.target.value)}
            />
          )}
          <button
            type="button"
            className="btn quiet small-btn icon-only"
            aria-label={t("texts.remove", { n: index + 1 })}
            onClick={() => onChange(items.filter((_, at) => at !== index))}
          >
            <Icon name="x" />
          </button>
        </div>
      ))}
      <div>
        <button id={id} type="button" className="btn small-btn" onClick={() => onChange([...items, ""])}>
          <Icon name="plus" />
          {t("texts.add")}
        </button>
      </div>
    </div>
  );
}
