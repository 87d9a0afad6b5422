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

/** A new step right before another: all that led there leads to the new one, which leads there by its port. */
export function insertBefore(doc: WorkflowDocument, step: Step, key: string, port: string): Command {
  const into = doc.edges.filter((edge) => edge.to === key);
  return sequence("command.insert", [
    putNodes([{ at: doc.nodes.length, item: step }]),
    dropEdges(into),
    addEdges([...into.map((edge) => ({ ...edge, to: step.key })), { from: step.key, port, to: key }]),
  ]);
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
