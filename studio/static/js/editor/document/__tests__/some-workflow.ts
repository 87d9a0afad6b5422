// Workflows of any shape for property tests: a directed graph without cycles, some steps inside loops.
import * as fc from "fast-check";
import { mayConnect } from "../../rules/may-connect";
import type { Edge, Step, WorkflowDocument } from "../types";

const TYPES = ["condition.if", "action.http", "data.set", "flow.for_each"];
const PORTS: { readonly [type: string]: readonly string[] } = {
  "condition.if": ["true", "false"],
  "flow.for_each": ["each", "next"],
};

export const portsFor = (step: Step): readonly string[] => PORTS[step.type] ?? ["next"];

const kinds = { isTrigger: () => false, isLoop: (type: string) => type === "flow.for_each" };

export const someWorkflow: fc.Arbitrary<WorkflowDocument> = fc
  .record({
    steps: fc.array(fc.tuple(fc.nat(TYPES.length - 1), fc.nat(20)), { minLength: 1, maxLength: 16 }),
    wishes: fc.array(fc.tuple(fc.nat(15), fc.nat(15), fc.nat(1)), { maxLength: 30 }),
  })
  .map(({ steps, wishes }) => {
    const nodes: Step[] = [];
    steps.forEach(([type, parent], index) => {
      const loops = nodes.filter((n) => n.type === "flow.for_each");
      const loop = parent % 2 ? loops[parent % Math.max(1, loops.length)] : undefined;
      nodes.push({
        key: `s${index}`,
        type: TYPES[type] ?? "data.set",
        version: 1,
        name: `S${index}`,
        config: {},
        ...(loop && { parent: loop.key }),
      });
    });
    let doc: WorkflowDocument = { schema: "studio.workflow/1", name: "W", nodes, edges: [] };
    for (const [a, b, p] of wishes) {
      const from = nodes[a % nodes.length] as Step;
      const edge: Edge = {
        from: from.key,
        port: portsFor(from)[p % portsFor(from).length] ?? "next",
        to: nodes[b % nodes.length]?.key ?? "",
      };
      if (mayConnect(doc, edge, kinds) === null) doc = { ...doc, edges: [...doc.edges, edge] };
    }
    return doc;
  });
