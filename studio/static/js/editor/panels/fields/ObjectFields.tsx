import type { Schema } from "../../api/types";
import type { Path } from "../../document/paths";
import type { Json, JsonObject } from "../../document/types";
import { Field } from "./Field";
import { isShown, resolved } from "./schema";
import { useScope } from "./scope";

interface Props {
  schema: Schema;
  path: Path;
  value: Json | undefined;
  without?: readonly string[];
}

/** The fields of an object, in the order of its schema; those with a default come as they are. */
export function ObjectFields({ schema, path, value, without = [] }: Props) {
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
