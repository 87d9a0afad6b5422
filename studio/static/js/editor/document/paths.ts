// Values at a path such as "fields.0.value" inside a config.
import type { Json, JsonObject } from "./types";

export type Path = readonly (string | number)[];

export function get(value: Json | undefined, path: Path): Json | undefined {
  let here: Json | undefined = value;
  for (const part of path) {
    if (here === null || typeof here !== "object") return undefined;
    here = (here as { [key: string]: Json })[String(part)];
  }
  return here;
}

/** A copy with `next` at the path; undefined takes the field away. */
export function set(value: JsonObject, path: Path, next: Json | undefined): JsonObject {
  return put(value, path, next) as JsonObject;
}

function put(value: Json | undefined, path: Path, next: Json | undefined): Json | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return next;
  if (Array.isArray(value) || (value === undefined && typeof head === "number")) {
    const list: Json[] = Array.isArray(value) ? [...value] : [];
    const item = put(list[Number(head)], rest, next);
    if (item === undefined) list.splice(Number(head), 1);
    else list[Number(head)] = item;
    return list;
  }
  const fields: { [key: string]: Json } =
    value !== null && typeof value === "object" ? { ...(value as JsonObject) } : {};
  const item = put(fields[String(head)], rest, next);
  if (item === undefined) delete fields[String(head)];
  else fields[String(head)] = item;
  return fields;
}

export const pathText = (path: Path): string => path.join(".");
