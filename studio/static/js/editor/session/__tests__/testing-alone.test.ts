import { expect, test } from "vitest";
import type { TestResult } from "../../api/types";
import type { Json, WorkflowDocument } from "../../document/types";
import { Remote } from "../remote";
import type { Session } from "../session";

const step = (node: string, output: Json, whole: boolean) => ({ node, path: "", state: "succeeded", output, whole });

test("a step that is tested alone gets no output that was too long to show", async () => {
  const sent: { readonly [key: string]: Json }[] = [];
  const doc = {
    nodes: [
      { key: "a", type: "trigger" },
      { key: "d", type: "x" },
    ],
    edges: [],
  };
  const state = {
    doc: doc as unknown as WorkflowDocument,
    test: {
      steps: [step("b", { n: 1 }, true), step("c", "120 KiB, too much to show here", false)],
    } as unknown as TestResult,
  };
  const session = {
    state,
    store: { set: () => undefined },
    types: { isTrigger: (type: string) => type === "trigger", of: () => undefined },
    api: {
      testOne: async (
        _doc: unknown,
        _trigger: string,
        _sample: Json,
        _key: string,
        outputs: { [key: string]: Json },
      ) => {
        sent.push(outputs);
        return { steps: [] };
      },
    },
  };
  await new Remote(session as unknown as Session).testOne("d");
  expect(sent).toEqual([{ b: { n: 1 } }]);
});
