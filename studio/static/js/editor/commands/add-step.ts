import type { Edge, Step, WorkflowDocument } from "../document/types";
import type { Command } from "./command";
import { addEdges, dropEdges } from "./edges";
import { putNodes } from "./nodes";
import { sequence } from "./sequence";

/** A new step, behind a port when one is given. */
export function addStep(doc: WorkflowDocument, step: Step, behind?: { from: string; port: string }): Command {
  const put = putNodes([{ at: doc.nodes.length, item: step }]);
  return sequence("command.add", behind ? [put, addEdges([{ ...behind, to: step.key }])] : [put]);
}

/** A new step in the middle of an edge: a → b becomes a → step → b, by the step's first port if it has one. */
export function insertOnEdge(doc: WorkflowDocument, step: Step, edge: Edge, port: string | undefined): Command {
  const after = port === undefined ? [] : [{ from: step.key, port, to: edge.to }];
  return sequence("command.insert", [
    putNodes([{ at: doc.nodes.length, item: step }]),
    dropEdges([edge]),
    addEdges([{ from: edge.from, port: edge.port, to: step.key }, ...after]),
  ]);
}
