// One field: label, input by kind, help, problems.
import { type ReactNode, useRef, useState } from "react";
import { t } from "../../../i18n/t";
import type { Schema } from "../../api/types";
import { type Path, pathText } from "../../document/paths";
import type { Json } from "../../document/types";
import { dropped, takes } from "../dragged-data";
import { Fixes } from "../Fixes";
import { ActionInput } from "./ActionInput";
import { ActionPicker } from "./ActionPicker";
import { CodeField } from "./CodeField";
import { Conditions } from "./Conditions";
import { ConnectionPicker } from "./ConnectionPicker";
import { Cron } from "./Cron";
import { DecisionTable } from "./DecisionTable";
import { Duration } from "./Duration";
import { FlagEnvironmentPicker, FlagMetricPicker, FlagPicker, FlagSegmentPicker } from "./FlagPicker";
import { JsonField } from "./JsonField";
import { KeyValues } from "./KeyValues";
import { MatrixPicker } from "./MatrixPicker";
import { People } from "./People";
import { PolicyPicker } from "./PolicyPicker";
import type { InputProps } from "./props";
import { Rows } from "./Rows";
import { BooleanField, ChoiceField, ChoicesField, MoneyField, NumberField, SecretField, TextField } from "./Scalars";
import { ScopePicker } from "./ScopePicker";
import { exampleFor, type FieldKind, fromLiteral, insideBraces, isBraced, kindOf, labelOf, literalOf } from "./schema";
import { fieldId, useProblems, useScope } from "./scope";
import { Texts } from "./Texts";
import { WorkflowPicker } from "./WorkflowPicker";

interface Props {
  name: string;
  schema: Schema;
  path: Path;
  value: Json | undefined;
  required: boolean;
  label?: string;
}

/** Kinds whose problems inside are shown by the fields inside. */
const NESTED: readonly FieldKind[] = ["rows", "object", "action-input"];
/** Fixed values that may also come from an expression. */
const SWITCHABLE: readonly FieldKind[] = ["number", "boolean", "choice", "money"];

export function Field({ name, schema, path, value, required, label }: Props) {
  const { root, set, step, dynamic } = useScope();
  const kind = kindOf(schema, root);
  const problems = useProblems(path, !NESTED.includes(kind));
  const id = fieldId(step, path);
  const errors = problems.filter((problem) => problem.severity === "error");
  const title = label ?? labelOf(name, schema);
  const props: InputProps = {
    id,
    labelledBy: `${id}-label`,
    describedBy: `${id}-help`,
    invalid: errors.length > 0,
    schema,
    path,
    value,
    // an emptied field that may be absent is absent
    onChange: (next) => set(path, next === "" && schema.default === null ? undefined : next),
  };
  const [byHand, setByHand] = useState(false);
  const kept = useRef<Kept>({});
  const switchable = dynamic && SWITCHABLE.includes(kind);
  const braced = switchable && (byHand || isBraced(value));
  const toggle = switchable ? modeToggle(braced, value, kept.current, props.onChange, setByHand) : null;
  const drops = switchable && !braced ? takingData(value, kept.current, props.onChange, setByHand) : {};
  const shown = value === undefined ? exampleFor(kind, schema) : undefined;
  return (
    <div className={`field kind-${kind}`} data-field={pathText(path)} {...drops}>
      {kind !== "boolean" || braced ? (
        <div className="field-head">
          {isGroup(kind) ? (
            <span className="label" id={`${id}-label`}>
              {title}
            </span>
          ) : (
            <label id={`${id}-label`} htmlFor={id}>
              {title}
            </label>
          )}
          {!required && value === undefined && schema.default === undefined && (
            <span className="optional">{t("field.optional")}</span>
          )}
          <span className="grow" />
          {toggle}
        </div>
      ) : null}
      {braced ? (
        <CodeField
          {...props}
          mode="cel"
          offset={isBraced(value) ? value.indexOf(insideBraces(value)) : null}
          value={isBraced(value) ? insideBraces(value) : literalOf(value ?? schema.default)}
          onChange={(next) => props.onChange(`{{ ${String(next ?? "")} }}`)}
          expects={String(schema.type ?? "any")}
        />
      ) : (
        <Input kind={kind} title={title} toggle={toggle} {...props} />
      )}
      <small className="help" id={`${id}-help`}>
        {schema.description}
        {shown !== undefined && (
          <>
            {schema.description && <br />}
            {t("field.example", { example: shown })}
          </>
        )}
      </small>
      {problems.map((problem) => (
        <p
          key={problem.code + problem.path + problem.message}
          className={problem.severity === "error" ? "error" : "error warning"}
        >
          {problem.message} <Fixes problem={problem} />
        </p>
      ))}
    </div>
  );
}

/** Several inputs under one name: the name cannot be a label. */
const isGroup = (kind: FieldKind): boolean =>
  [
    "expression",
    "template",
    "conditions",
    "rows",
    "object",
    "texts",
    "choices",
    "key-values",
    "people",
    "json",
    "code",
    "action-input",
    "decision-table",
  ].includes(kind);

/** What the other side held when it was left, so that a look at this side costs nothing. */
interface Kept {
  fixed?: Json | undefined;
  expression?: string;
}

/** Data dropped onto a fixed value takes its place, as an expression. */
function takingData(
  value: Json | undefined,
  kept: Kept,
  onChange: (value: Json | undefined) => void,
  setByHand: (on: boolean) => void,
) {
  return {
    "data-takes": "data",
    onDragOver: (event: React.DragEvent) => void takes(event.nativeEvent),
    onDrop: (event: React.DragEvent) => {
      const path = dropped(event.nativeEvent);
      if (!path) return;
      kept.fixed = value;
      setByHand(true);
      onChange(`{{ ${path} }}`);
    },
  };
}

function modeToggle(
  braced: boolean,
  value: Json | undefined,
  kept: Kept,
  onChange: (value: Json | undefined) => void,
  setByHand: (on: boolean) => void,
): ReactNode {
  const toFixed = (): void => {
    setByHand(false);
    if (!isBraced(value)) return;
    kept.expression = value;
    onChange(fromLiteral(insideBraces(value)) ?? kept.fixed);
  };
  const toExpression = (): void => {
    setByHand(true);
    if (isBraced(value)) return;
    kept.fixed = value;
    const before = kept.expression;
    if (before !== undefined && fromLiteral(insideBraces(before)) === undefined) onChange(before);
    else if (value !== undefined) onChange(`{{ ${literalOf(value)} }}`);
  };
  return (
    <span className="mode">
      <button type="button" aria-pressed={!braced} onClick={toFixed}>
        {t("field.fixed")}
      </button>
      <button type="button" aria-pressed={braced} onClick={toExpression}>
        {t("field.expression")}
      </button>
    </span>
  );
}

function Input({ kind, title, toggle, ...props }: InputProps & { kind: FieldKind; title: string; toggle: ReactNode }) {
  const { fields: Fields } = useScope();
  switch (kind) {
    case "expression":
      return <CodeField {...props} mode="cel" expects={props.schema["x-expression"] ?? "any"} />;
    case "conditions":
      return <Conditions {...props} />;
    case "template":
      return <CodeField {...props} mode="template" />;
    case "code":
      return <CodeField {...props} mode={props.schema["x-template"] ? "template" : "text"} lines={6} />;
    case "textarea":
      return props.schema["x-template"] ? (
        <CodeField {...props} mode="template" lines={4} />
      ) : (
        <TextField {...props} lines={4} />
      );
    case "number":
      return <NumberField {...props} />;
    case "money":
      return <MoneyField {...props} />;
    case "boolean":
      return <BooleanField {...props} title={title} toggle={toggle} />;
    case "choice":
      return <ChoiceField {...props} />;
    case "choices":
      return <ChoicesField {...props} />;
    case "secret":
      return <SecretField {...props} />;
    case "people":
      return <People {...props} />;
    case "workflow":
      return <WorkflowPicker {...props} />;
    case "matrix":
      return <MatrixPicker {...props} />;
    case "policy":
      return <PolicyPicker {...props} />;
    case "connection":
      return <ConnectionPicker {...props} />;
    case "connection-action":
      return <ActionPicker {...props} />;
    case "connection-scope":
      return <ScopePicker {...props} />;
    case "action-input":
      return <ActionInput {...props} />;
    case "flag":
      return <FlagPicker {...props} />;
    case "flag-environment":
      return <FlagEnvironmentPicker {...props} />;
    case "flag-metric":
      return <FlagMetricPicker {...props} />;
    case "decision-table":
      return <DecisionTable {...props} />;
    case "flag-segment":
      return <FlagSegmentPicker {...props} />;
    case "duration":
      return <Duration {...props} />;
    case "cron":
      return <Cron {...props} />;
    case "texts":
      return <Texts {...props} />;
    case "key-values":
      return <KeyValues {...props} />;
    case "rows":
      return <Rows {...props} />;
    case "object":
      return <Fields schema={props.schema} path={props.path} value={props.value} />;
    case "json":
      return <JsonField {...props} />;
    default:
      return <TextField {...props} />;
  }
}
