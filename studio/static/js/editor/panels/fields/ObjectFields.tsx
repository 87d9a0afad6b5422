import type { JsonObject } from "../../document/types";
import { Field } from "./Field";
import { FieldGroup } from "./FieldGroup";
import { grouped, type Named } from "./groups";
import type { ObjectProps } from "./props";
import { isShown, resolved } from "./schema";
import { useScope } from "./scope";

/** The fields of an object, in the order of its schema, folded by heading; those with a default come as they are. */
export function ObjectFields({ schema, path, value, without = [] }: ObjectProps) {
  const { root, step } = useScope();
  const values = value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
  const all = Object.entries(schema.properties ?? {})
    .filter(([name]) => !without.includes(name))
    .map(([name, raw]) => [name, resolved(raw, root)] as const);
  const shown = all.filter(([, field]) => isShown(field, values, schema, root));
  const drawn = ([name, field]: Named) => (
    <Field
      key={name}
      name={name}
      schema={field}
      path={[...path, name]}
      value={values[name]}
      required={schema.required?.includes(name) ?? false}
    />
  );
  return (
    <div className="form">
      {grouped(shown, all).map(({ title, fields }) =>
        title === null ? (
          fields.map(drawn)
        ) : (
          <FieldGroup key={`${step.key}/${title}`} title={title} fields={fields} path={path} values={values}>
            {fields.map(drawn)}
          </FieldGroup>
        ),
      )}
    </div>
  );
}
