// What the panel's fields make of the document's limits. A limit that is not set is not in the document at all.
import type { Json, JsonObject } from "../../document/types";

export type LimitName = "one_at_a_time" | "at_once" | "rate";

export const part = (settings: JsonObject | undefined, name: LimitName): JsonObject | undefined => {
  const found = settings?.[name];
  return found !== null && typeof found === "object" && !Array.isArray(found) ? (found as JsonObject) : undefined;
};

const without = (object: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

/** The settings with fields of a limit changed. An undefined or empty field is left out, and means the standard. */
export function changed(
  settings: JsonObject | undefined,
  name: LimitName,
  change: { readonly [field: string]: Json | undefined },
): JsonObject {
  const merged = Object.entries({ ...part(settings, name), ...change });
  const kept = merged.filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== "");
  return { ...settings, [name]: Object.fromEntries(kept) };
}

/** The settings without a limit. */
export const lifted = (settings: JsonObject | undefined, name: LimitName): JsonObject => without(settings ?? {}, name);

/** The settings with a priority; "normal" is what goes without saying. */
export const prioritized = (settings: JsonObject | undefined, priority: string): JsonObject =>
  priority === "normal" ? without(settings ?? {}, "priority") : { ...settings, priority };

/** A whole number within its bounds, whatever was typed; undefined where that is no number. */
export function whole(text: string, most: number): number | undefined {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) return undefined;
  return Math.min(most, Math.max(1, Math.round(number)));
}
