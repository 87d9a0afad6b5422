// Finding one of the actions that a connection offers.
import type { OfferedAction } from "../api/connections";

/** Those whose title or name holds every word, as the server's own search has it. */
export function found(actions: readonly OfferedAction[], search: string): readonly OfferedAction[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return actions.filter((one) => {
    const text = `${one.title} ${one.name}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** By group, in the order in which groups come first; an action keeps its place within its group. */
export function grouped(actions: readonly OfferedAction[]): readonly [group: string, actions: OfferedAction[]][] {
  const groups = new Map<string, OfferedAction[]>();
  for (const one of actions) groups.set(one.group, [...(groups.get(one.group) ?? []), one]);
  return [...groups];
}

/** What the action is called behind its connector: "vendure.note" → "note". */
export const keyOf = (name: string): string => name.slice(name.indexOf(".") + 1);
