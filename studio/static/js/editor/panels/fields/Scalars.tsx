// The plain inputs.
import { type ReactNode, useEffect, useState } from "react";
import { t } from "../../../i18n/t";
import type { Json } from "../../document/types";
import { useSession } from "../../session/context";
import type { InputProps } from "./props";
import { resolved } from "./schema";
import { useScope } from "./scope";

const shown = (value: Json | undefined): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

const placeholder = ({ schema }: InputProps): string =>
  schema.default !== undefined && schema.default !== null && schema.default !== "" ? shown(schema.default) : "";

const common = (props: InputProps) => ({
  id: props.id,
  "aria-describedby": props.describedBy,
  "aria-invalid": props.invalid || undefined,
});

/** Takes a field away when it is emptied and something stands in for it. */
const orNothing = (text: string, { schema }: InputProps): Json | undefined =>
  text === "" && schema.default !== undefined ? (schema.default === "" ? "" : undefined) : text;

export function TextField(props: InputProps & { lines?: number }) {
  const { value, lines } = props;
  const input = {
    ...common(props),
    className: "input",
    value: shown(value),
    placeholder: placeholder(props),
    spellCheck: lines !== undefined,
  };
  if (lines)
    return (
      <textarea {...input} rows={lines} onChange={(event) => props.onChange(orNothing(event.target.value, props))} />
    );
  return (
    <input
      {...input}
      type="text"
      autoComplete="off"
      onChange={(event) => props.onChange(orNothing(event.target.value, props))}
    />
  );
}

const isWhole = ({ schema }: InputProps): boolean => JSON.stringify(schema.type ?? "").includes("integer");

export function NumberField(props: InputProps) {
  const { value, schema, onChange } = props;
  const [text, setText] = useState(shown(value));
  // what is typed stands while it is typed ("1." is not yet a number); a value from elsewhere replaces it
  useEffect(() => setText((before) => (asNumber(before) === value ? before : shown(value))), [value]);
  return (
    <input
      {...common(props)}
      className="input num-input"
      type="text"
      inputMode={isWhole(props) ? "numeric" : "decimal"}
      autoComplete="off"
      placeholder={placeholder(props)}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(asNumber(event.target.value) ?? (event.target.value.trim() || undefined));
      }}
      onKeyDown={(event) => {
        const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
        if (!by) return;
        event.preventDefault();
        const next = (typeof value === "number" ? value : Number(schema.default ?? 0)) + by;
        const bounded = Math.min(schema.maximum ?? next, Math.max(schema.minimum ?? next, next));
        onChange(bounded);
      }}
    />
  );
}

function asNumber(text: string): number | undefined {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() === "" || Number.isNaN(number) ? undefined : number;
}

/** Money is a decimal string, never a float. */
export function MoneyField(props: InputProps) {
  const { currency } = useSession().boot;
  const whole = JSON.stringify(props.schema.type ?? "").includes("number");
  return (
    <span className="with-unit">
      {whole ? (
        <NumberField {...props} />
      ) : (
        <input
          {...common(props)}
          className="input num-input"
          type="text"
          inputMode="decimal"
          autoComplete="off"
          placeholder={placeholder(props)}
          value={shown(props.value)}
          onChange={(event) => props.onChange(event.target.value.replace(",", ".") || undefined)}
        />
      )}
      <span className="unit">{currency}</span>
    </span>
  );
}

export function BooleanField({ title, toggle, ...props }: InputProps & { title: string; toggle: ReactNode }) {
  const { value, schema, onChange } = props;
  return (
    <div className="field-head">
      <label className="check" id={props.labelledBy}>
        <input
          {...common(props)}
          type="checkbox"
          checked={Boolean(value ?? schema.default)}
          onChange={(event) => onChange(event.target.checked)}
        />
        {title}
      </label>
      <span className="grow" />
      {toggle}
    </div>
  );
}

export function ChoiceField(props: InputProps) {
  const { schema, value, onChange } = props;
  const options = schema.enum ?? (schema.const === undefined ? [] : [schema.const]);
  const current = value ?? schema.default;
  const index = options.findIndex((option) => JSON.stringify(option) === JSON.stringify(current));
  return (
    <select
      {...common(props)}
      className="input"
      value={index}
      onChange={(event) => onChange(options[Number(event.target.value)])}
    >
      {index < 0 && <option value={-1}>{current === undefined ? t("field.choose") : shown(current)}</option>}
      {options.map((option, at) => (
        <option key={shown(option)} value={at}>
          {words(option)}
        </option>
      ))}
    </select>
  );
}

/** Several of a few: a box each. */
export function ChoicesField({ id, labelledBy, schema, value, onChange }: InputProps) {
  const { root } = useScope();
  const options = resolved(schema.items ?? {}, root).enum ?? [];
  const chosen: Json[] = Array.isArray(value) ? [...value] : Array.isArray(schema.default) ? [...schema.default] : [];
  return (
    <div id={id} className="row" role="group" aria-labelledby={labelledBy}>
      {options.map((option) => (
        <label key={shown(option)} className="check">
          <input
            type="checkbox"
            checked={chosen.includes(option)}
            onChange={(event) =>
              onChange(options.filter((one) => (one === option ? event.target.checked : chosen.includes(one))))
            }
          />
          {words(option)}
        </label>
      ))}
    </div>
  );
}

/** "any_of" reads "Any of", "run.failed" "Run failed", "json" "JSON"; codes such as GET stay. */
function words(option: Json): string {
  const text = shown(option);
  if (!/^[a-z][a-z0-9._-]*$/.test(text)) return text || t("field.none");
  if (ACRONYMS.includes(text)) return text.toUpperCase();
  const plain = text.replace(/[._-]/g, " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

const ACRONYMS: readonly string[] = ["json", "xml", "url", "http"];

/** Only names of secrets are ever here; their values never come to the browser. */
export function SecretField(props: InputProps) {
  const { secrets } = useSession();
  const { value, onChange } = props;
  const name = shown(value);
  const unknown = name !== "" && !secrets.includes(name);
  return (
    <select
      {...common(props)}
      className="input"
      value={name}
      onChange={(event) =>
        onChange(event.target.value || (props.schema.default === undefined ? undefined : props.schema.default))
      }
    >
      <option value="">{t("secret.none")}</option>
      {unknown && <option value={name}>{t("secret.unknown", { name })}</option>}
      {secrets.map((secret) => (
        <option key={secret} value={secret}>
          {secret}
        </option>
      ))}
    </select>
  );
}
