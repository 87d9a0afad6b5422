// What stands for a step while its workflow is built and tested: never in a run.
// A stored step without settings has no `config` at all.
import type { Json, Step } from "./types";

export type Held = "pin" | "mock";

const given = (value: unknown): boolean => value !== undefined && value !== null;

/** A pin comes first. A trigger's own sample is its mock. */
export function heldBy(step: Step, trigger: boolean): Held | null {
  if (given(step.pin)) return "pin";
  return given(step.mock) || (trigger && given(step.config?.sample)) ? "mock" : null;
}

/** The event that tests of a trigger begin with, where there is one. */
export const eventOf = (trigger: Step): Json | undefined =>
  trigger.pin?.data ?? trigger.mock?.data ?? trigger.config?.sample ?? undefined;
