// What a form keeps together: the fields of one heading, where the first of them stands.
import type { Schema } from "../../api/types";
import type { Json, JsonObject } from "../../document/types";

/** A field's name and its schema, resolved. */
export type Named = readonly [name: string, schema: Schema];

export interface Group {
  /** Its heading; null: fields that stand by themselves. */
  readonly title: string | null;
  readonly fields: readonly Named[];
}

/**
 * The fields that are shown, in their order; those of a heading at the place of its first one. A heading that has one
 * field alone in the whole form stands for nothing.
 */
export function grouped(shown: readonly Named[], all: readonly Named[]): Group[] {
  const groups: { title: string | null; fields: Named[] }[] = [];
  for (const field of shown) {
    const heading = field[1]["x-group"];
    const title = heading && all.filter(([, one]) => one["x-group"] === heading).length > 1 ? heading : null;
    const last = groups.at(-1);
    const home = title === null ? (last?.title === null ? last : undefined) : groups.find((g) => g.title === title);
    if (home) home.fields.push(field);
    else groups.push({ title, fields: [field] });
  }
  return groups;
}

/** How many of the fields say something else than what holds anyway. */
export const filledIn = (fields: readonly Named[], values: JsonObject): number =>
  fields.filter(([name, schema]) => says(values[name], schema.default)).length;

const says = (value: Json | undefined, usual: Json | undefined): boolean =>
  !nothing(value) && JSON.stringify(value) !== JSON.stringify(usual);

const nothing = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
