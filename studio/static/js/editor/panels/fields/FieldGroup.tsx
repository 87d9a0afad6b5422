// Fields under one heading, folded until one of them is filled in, has a problem, or is looked for.
import { type ReactNode, useState } from "react";
import { t } from "../../../i18n/t";
import { pathText } from "../../document/paths";
import type { JsonObject } from "../../document/types";
import { filledIn, type Named } from "./groups";
import type { ObjectProps } from "./props";
import { useScope } from "./scope";

interface Props {
  title: string;
  fields: readonly Named[];
  path: ObjectProps["path"];
  values: JsonObject;
  children: ReactNode;
}

export function FieldGroup({ title, fields, path, values, children }: Props) {
  const { problems } = useScope();
  const filled = filledIn(fields, values);
  // as it was when its step was chosen: it does not fold while somebody empties a field
  const [begun] = useState(filled > 0);
  const [chosen, choose] = useState<boolean | null>(null);
  const places = fields.map(([name]) => pathText([...path, name]));
  const wrong = problems.some((problem) => {
    const place = problem.field?.replace(/^config\./, "") ?? "";
    return places.some((one) => place === one || place.startsWith(`${one}.`));
  });
  const open = chosen ?? (begun || wrong);
  return (
    <details className="field-group" open={open} onToggle={(event) => choose(event.currentTarget.open)}>
      <summary>
        {title}
        {filled > 0 && !open && <span className="optional">{t("field.group.filled", { n: filled })}</span>}
      </summary>
      <div className="form">{children}</div>
    </details>
  );
}
