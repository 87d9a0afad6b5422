// Node types, searched and grouped: the palette and the quick list share it.
import { t } from "../../i18n/t";
import type { Kind, NodeTypeInfo } from "../api/types";

const GROUPS: readonly {
  kind: Kind;
  title:
    | "kind.trigger"
    | "kind.condition"
    | "kind.data"
    | "kind.flow"
    | "kind.approval"
    | "kind.guard"
    | "kind.action"
    | "kind.audit";
}[] = [
  { kind: "trigger", title: "kind.trigger" },
  { kind: "condition", title: "kind.condition" },
  { kind: "data", title: "kind.data" },
  { kind: "flow", title: "kind.flow" },
  { kind: "approval", title: "kind.approval" },
  { kind: "guard", title: "kind.guard" },
  { kind: "action", title: "kind.action" },
  { kind: "audit", title: "kind.audit" },
];

export interface Group {
  readonly title: string;
  readonly types: readonly NodeTypeInfo[];
}

/** Groups with what fits the search: every word stands somewhere in title, help or key. What is named so comes first. */
export function found(types: readonly NodeTypeInfo[], search: string, triggers = true): Group[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (type: NodeTypeInfo): boolean => {
    const text = `${type.title} ${type.help} ${type.key}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const byTitle = (type: NodeTypeInfo): number =>
    words.length && type.title.toLowerCase().includes(words[0] ?? "") ? 0 : 1;
  return GROUPS.filter((group) => triggers || group.kind !== "trigger")
    .map(({ kind, title }) => ({
      title: t(title),
      types: types.filter((type) => type.kind === kind && fits(type)).sort((a, b) => byTitle(a) - byTitle(b)),
    }))
    .filter((group) => group.types.length > 0)
    .sort((a, b) => byTitle(a.types[0] as NodeTypeInfo) - byTitle(b.types[0] as NodeTypeInfo));
}
