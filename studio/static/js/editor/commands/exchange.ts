import type { Edge, Step, WorkflowDocument } from "../document/types";
import { ERROR_PORT } from "../document/types";
import type { Command } from "./command";
import { addEdges, dropEdges } from "./edges";
import { sequence } from "./sequence";
import { setStep } from "./set-step";

/** Another type in the place of a step: its key, place, loop, notes and incoming lines stay, what expressions call it too.
 * Lines from ports that the new type has stay; those of others move to a port that leads nowhere yet, or end. */
export function exchange(
  doc: WorkflowDocument,
  old: Step,
  made: Pick<Step, "type" | "version" | "name" | "config">,
  ports: readonly string[],
): Command {
  const out = doc.edges.filter((edge) => edge.from === old.key);
  const stays = (edge: Edge): boolean => ports.includes(edge.port) || edge.port === ERROR_PORT;
  const gone = out.filter((edge) => !stays(edge));
  const free = ports.filter((port) => !out.some((edge) => edge.port === port));
  const moved = new Map<string, string>();
  for (const edge of gone) {
    const port = moved.get(edge.port) ?? free.shift();
    if (port !== undefined) moved.set(edge.port, port);
  }
  const again = gone.flatMap((edge) => {
    const port = moved.get(edge.port);
    return port === undefined ? [] : [{ ...edge, port }];
  });
  return sequence("command.replace", [setStep(old.key, made), dropEdges(gone), addEdges(again)]);
}
