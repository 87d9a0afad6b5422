import { describe, expect, it } from "vitest";
import { fits } from "../asked-if";

const given =
  (answers: Record<string, string[]>) =>
  (name: string): string[] =>
    answers[name] ?? [];

describe("a part that is asked only with an answer", () => {
  it.each([
    ["kind=bucket", { kind: ["bucket"] }, true],
    ["kind=bucket", { kind: ["folder"] }, false],
    ["kind=bucket|folder", { kind: ["folder"] }, true],
    ["kind=bucket", {}, false],
    ["signature!=none", { signature: ["none"] }, false],
    ["signature!=none", { signature: ["shopify"] }, true],
    ["signature!=none|stripe", { signature: ["stripe"] }, false],
    ["who=anna", { who: ["ben", "anna"] }, true],
  ])("%s with %j: %s", (rule, answers, shown) => {
    expect(fits(rule, given(answers))).toBe(shown);
  });
});
