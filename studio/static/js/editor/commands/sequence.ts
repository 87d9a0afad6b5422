import type { WorkflowDocument } from "../document/types";
import type { Command } from "./command";

/** Several commands as one gesture; its inverse runs theirs backwards. */
export function sequence(
  label: string,
  commands: readonly Command[],
  more: { mark?: string; layout?: boolean } = {},
): Command {
  return {
    ...more,
    label,
    apply(doc): [WorkflowDocument, Command] {
      let next = doc;
      const inverses: Command[] = [];
      for (const command of commands) {
        const [changed, inverse] = command.apply(next);
        next = changed;
        inverses.unshift(inverse);
      }
      return [next, sequence(label, inverses, more)];
    },
  };
}
