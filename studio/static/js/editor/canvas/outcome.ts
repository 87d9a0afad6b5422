// What a test-run says of each step and each line.
import type { TestResult, TestStep } from "../api/types";
import { type Edge, ERROR_PORT } from "../document/types";

export type Tone = "good" | "bad" | "wait" | "warn" | "run" | "none";

const TONES: { readonly [state: string]: Tone } = {
  succeeded: "good",
  failed: "bad",
  waiting: "wait",
  running: "run",
  needs_review: "warn",
};

export const toneOf = (state: string): Tone => TONES[state] ?? "none";

/** The last attempt of each step; inside a loop a failed round speaks for the step. */
export function lastSteps(test: TestResult | null): ReadonlyMap<string, TestStep> {
  const last = new Map<string, TestStep>();
  for (const step of test?.steps ?? []) {
    const before = last.get(step.node);
    const failedElsewhere = before?.state === "failed" && before.path !== step.path;
    if (!failedElsewhere) last.set(step.node, step);
  }
  return last;
}

/** Whether the run went along an edge. */
export function wasTaken(test: TestResult | null, edge: Edge): boolean {
  return (test?.steps ?? []).some(
    (step) =>
      step.node === edge.from &&
      (step.port === edge.port || (edge.port === ERROR_PORT && step.state === "failed")) &&
      ran(test, edge.to),
  );
}

const ran = (test: TestResult | null, key: string): boolean =>
  (test?.steps ?? []).some((step) => step.node === key && step.state !== "skipped");
