// Notes, groups, what is collapsed: the layout beside the steps' places. Never a change of the workflow.
import { fitted, type Layout, layoutOf, withParts } from "../document/layout";
import type { WorkflowDocument } from "../document/types";
import type { Command } from "./command";

/** Put other notes, groups or collapsed loops in place of what is there. */
export function arrange(parts: Layout, label: string, mark?: string): Command {
  return laid((doc) => withParts(layoutOf(doc), parts), label, mark);
}

/** A change of steps, and groups as they are after it. */
export function withGroups(command: Command): Command {
  return {
    ...command,
    apply(doc) {
      const [next, inverse] = command.apply(doc);
      const layout = fitted(next);
      if (layout === next.layout) return [next, inverse];
      const [whole, back] = laid(() => layout, command.label).apply(next);
      return [whole, both(command, back, inverse)];
    },
  };
}

function laid(layout: (doc: WorkflowDocument) => Layout | undefined, label: string, mark?: string): Command {
  return {
    label,
    layout: true,
    ...(mark === undefined ? {} : { mark }),
    apply(doc) {
      const { layout: before, ...rest } = doc;
      const next = layout(doc);
      return [
        { ...rest, ...(next && { layout: next }) } as WorkflowDocument,
        laid(() => before as Layout, label, mark),
      ];
    },
  };
}

/** First one, then the other; done again, `command` anew. */
function both(command: Command, first: Command, second: Command): Command {
  return {
    label: command.label,
    apply(doc) {
      const [between] = first.apply(doc);
      const [next] = second.apply(between);
      return [next, withGroups(command)];
    },
  };
}
