// The lines of a group of conditions: rows, rows on a list, and groups within. Each is numbered as it is nested
// ("Value 2.1"), so that every field has a name of its own to be spoken.
import { useRef } from "react";
import { t } from "../../../i18n/t";
import { Icon } from "../../parts/Icon";
import { CodeField, type InList } from "./CodeField";
import { ConditionRow } from "./ConditionRow";
import {
  type Condition,
  ENTRY,
  HOLDS,
  isGroup,
  isList,
  type Line,
  type ListRow,
  MOST_DEPTH,
  type Places,
  type Row,
} from "./condition-rows";
import type { InputProps } from "./props";

/** What all lines of one condition share. */
export interface Shared {
  readonly input: Omit<InputProps, "value" | "onChange">;
  readonly places: ReadonlyMap<Line, Places>;
  readonly example: Row | undefined;
  /** Whether there may be dates at a path. */
  dates(path: string, within: InList | undefined): boolean;
}

interface Props extends Shared {
  readonly id: string;
  /** "2.1." within the first line of the second; "" outside. */
  readonly number: string;
  readonly depth: number;
  readonly within?: InList;
  readonly condition: Condition;
  onChange(next: Condition): void;
}

const row = (): Row => ({ left: "", operator: "==", right: "" });

export function ConditionLines(props: Props) {
  const { condition, onChange, depth, within, number } = props;
  const adding = useRef<HTMLButtonElement>(null);
  const lines = condition.lines.length ? condition.lines : [row()];
  const put = (next: readonly Line[]): void => onChange({ ...condition, lines: next });
  const add = (line: Line): void => put([...lines, line]);
  const remove = (at: number): void => {
    put(lines.filter((_, index) => index !== at));
    adding.current?.focus();
  };
  const nests = depth + 1 < MOST_DEPTH;
  return (
    <>
      {lines.map((line, at) => (
        <OneLine
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          key={at}
          {...props}
          line={line}
          at={at}
          put={(next) => put(lines.map((other, index) => (index === at ? next : other)))}
          remove={lines.length > 1 ? () => remove(at) : undefined}
        />
      ))}
      <div className="row condition-add">
        {lines.length > 1 && (
          <select
            className="input small-input"
            aria-label={number ? t("conditions.all.in", { n: number.slice(0, -1) }) : t("conditions.all")}
            value={String(condition.all)}
            onChange={(event) => onChange({ ...condition, lines, all: event.target.value === "true" })}
          >
            <option value="true">{t("conditions.and")}</option>
            <option value="false">{t("conditions.or")}</option>
          </select>
        )}
        <button ref={adding} type="button" className="btn small-btn" onClick={() => add(row())}>
          <Icon name="plus" />
          {t("conditions.add")}
        </button>
        {nests && (
          <button
            type="button"
            className="btn quiet small-btn"
            onClick={() => add({ all: !condition.all, lines: [row(), row()] })}
          >
            <Icon name="plus" />
            {t("conditions.add.group")}
          </button>
        )}
        {nests && !within && (
          <button
            type="button"
            className="btn quiet small-btn"
            onClick={() => add({ list: "", holds: "any", name: ENTRY, where: { all: true, lines: [row()] } })}
          >
            <Icon name="plus" />
            {t("conditions.add.list")}
          </button>
        )}
      </div>
    </>
  );
}

interface LineProps extends Props {
  readonly line: Line;
  readonly at: number;
  put(next: Line): void;
  /** Absent where the last line of all cannot be taken away. */
  readonly remove: (() => void) | undefined;
}

function OneLine({ line, at, put, remove, ...props }: LineProps) {
  const n = `${props.number}${at + 1}`;
  const inner = { ...props, id: `${props.id}-${at}`, number: `${n}.`, depth: props.depth + 1 };
  const x = remove && <Remove n={n} onClick={remove} />;
  if (isGroup(line))
    return (
      <div className="card row-card condition-group" role="group" aria-label={t("conditions.group", { n })}>
        <div className="bar">
          <small className="grow">{t("conditions.group", { n })}</small>
          {x}
        </div>
        <ConditionLines {...inner} condition={line} onChange={put} />
      </div>
    );
  if (isList(line)) return <OfList {...inner} line={line} n={n} put={put} x={x} />;
  return <ConditionRow {...props} id={inner.id} n={n} row={line} onChange={put} x={x} />;
}

interface ListProps extends Omit<Props, "condition" | "onChange"> {
  readonly line: ListRow;
  readonly n: string;
  readonly x: React.ReactNode;
  put(next: Line): void;
}

function OfList({ line, n, x, put, ...props }: ListProps) {
  const place = props.places.get(line);
  return (
    <div className="card row-card condition-group" role="group" aria-label={t("conditions.list.group", { n })}>
      <div className="bar">
        <select
          className="input small-input grow"
          aria-label={t("conditions.holds", { n })}
          value={line.holds}
          onChange={(event) => put({ ...line, holds: event.target.value as ListRow["holds"] })}
        >
          {HOLDS.map((one) => (
            <option key={one} value={one}>
              {t(`conditions.holds.${one}`)}
            </option>
          ))}
        </select>
        {x}
      </div>
      <CodeField
        {...props.input}
        preview={false}
        id={`${props.id}-list`}
        label={t("conditions.list", { n })}
        mode="cel"
        schema={{ ...props.input.schema, examples: ["trigger.order.lines"] }}
        offset={place?.left ?? null}
        value={line.list}
        onChange={(next) => put({ ...line, list: String(next ?? "") })}
      />
      <small className="help">{t("conditions.entry", { name: line.name })}</small>
      <ConditionLines
        {...props}
        within={{ list: line.list.trim(), name: line.name }}
        condition={line.where}
        onChange={(where) => put({ ...line, where })}
      />
    </div>
  );
}

function Remove({ n, onClick }: { n: string; onClick: () => void }) {
  return (
    <button
      type="button"
      className="btn quiet small-btn icon-only row-x"
      aria-label={t("conditions.remove", { n })}
      onClick={onClick}
    >
      <Icon name="x" />
    </button>
  );
}
