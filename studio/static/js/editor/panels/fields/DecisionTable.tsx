// The rules of a decision table: a grid whose columns are what the step compares and gives.
import { useEffect, useMemo, useRef } from "react";
import { Grid, type GridProblem } from "../../../grid/grid";
import { fitted, type Rows, rearranged } from "../../../grid/model";
import { t } from "../../../i18n/t";
import { get } from "../../document/paths";
import type { Json } from "../../document/types";
import type { InputProps } from "./props";
import { beside, useProblems, useScope } from "./scope";

export function DecisionTable({ path, schema, value, onChange }: InputProps) {
  const { step } = useScope();
  const inputs = get(step.config, beside(path, "inputs"));
  const outputs = get(step.config, beside(path, "outputs"));
  const columns = useMemo(() => [...headsOf(inputs, true), ...headsOf(outputs, false)], [inputs, outputs]);
  const names = useMemo(() => columns.map((one) => one.id), [columns]);
  const problems = useProblems(path, true);
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<Grid | null>(null);
  const before = useRef(names);
  const changed = useRef(onChange);
  changed.current = onChange;
  useEffect(() => {
    if (host.current)
      grid.current = new Grid(host.current, {
        label: t("grid.rules"),
        most: Number(schema.maxItems ?? 200),
        undo: false,
        onChange: (rows) => changed.current(rows as unknown as Json),
      });
    return () => {
      grid.current = null;
    };
  }, [schema.maxItems]);
  const rows = useMemo(() => rowsOf(value), [value]);
  useEffect(() => {
    const moved = rearranged(rows, before.current, names);
    const wide = before.current.length !== names.length && rows.length > 0;
    before.current = names;
    if (wide) changed.current(fitted(moved, names.length));
  }, [rows, names]);
  useEffect(() => {
    grid.current?.show(columns, rows.length ? rows : [[]]);
  }, [columns, rows]);
  useEffect(() => {
    const prefix = `config.${path.join(".")}.`;
    grid.current?.mark(
      problems
        .filter((one) => one.field?.startsWith(prefix))
        .map((one): GridProblem => {
          const at = (one.field ?? "").slice(prefix.length);
          return { at, message: one.message, warning: one.severity !== "error" };
        }),
    );
  }, [problems, path]);
  return <div ref={host} className="grid-host" />;
}

interface Head {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
}

/** What stands above the columns; compared and given ones may share a name. */
function headsOf(raw: Json | undefined, compared: boolean): Head[] {
  if (!Array.isArray(raw)) return [];
  return raw.map((one) => {
    const held = one && typeof one === "object" && !Array.isArray(one) ? one : {};
    const name = typeof held.name === "string" ? held.name : "";
    const unit = held.kind === "number" && typeof held.unit === "string" ? held.unit : "";
    return { id: `${compared ? "?" : "="}${name}`, name, hint: compared ? unit : t("grid.gives") };
  });
}

function rowsOf(value: Json | undefined): Rows {
  if (!Array.isArray(value)) return [];
  return value.map((row) => (Array.isArray(row) ? row.map((cell) => (typeof cell === "string" ? cell : "")) : []));
}
