import type { JsonObject } from "../../document/types";
import { Field } from "./Field";
import type { ObjectProps } from "./props";
import { isShown, resolved } from "./schema";
import { useScope } from "./scope";

/** The fields of an object, in the order of its schema; those with a default come as they are. */
export function ObjectFields({ schema, path, value, without = [] }: ObjectProps) {
  const { root } = useScope();
  const fields = value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
  return (
    <div className="form">
      {Object.entries(schema.properties ?? {})
        .filter(([name]) => !without.includes(name))
        .map(([name, raw]) => [name, resolved(raw, root)] as const)
        .filter(([, field]) => isShown(field, fields, schema, root))
        .map(([name, field]) => (
          <Field
            key={name}
            name={name}
            schema={field}
            path={[...path, name]}
            value={fields[name]}
            required={schema.required?.includes(name) ?? false}
          />
        ))}
    </div>
  );
}
