// What the earlier steps of a step give: asked once for all who want to know.
import { useEffect, useState } from "react";
import type { DataNode } from "../api/types";
import type { Step } from "../document/types";
import { usePart, useSession } from "../session/context";
import type { Session } from "../session/session";

type Roots = readonly DataNode[];

const AFTER_MS = 250;
let asked: { readonly about: readonly unknown[]; readonly answer: Promise<Roots> } | null = null;

/** Asked again when the graph or a sample changes: the server knows what each step gives. */
export function useEarlierData(step: Step): Roots | null {
  const session = useSession();
  const [roots, setRoots] = useState<Roots | null>(null);
  const infos = usePart((state) => state.infos);
  const test = usePart((state) => state.test);
  const edges = usePart((state) => state.doc.edges);
  useEffect(() => {
    let gone = false;
    const timer = setTimeout(() => {
      ask(session, [session, step.key, infos, test, edges]).then(
        (answer) => !gone && setRoots(answer),
        () => undefined, // without data the fields still work
      );
    }, AFTER_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [session, step.key, infos, test, edges]);
  return roots;
}

function ask(session: Session, about: readonly unknown[]): Promise<Roots> {
  if (asked?.about.every((one, at) => one === about[at])) return asked.answer;
  const answer = session.api.data(session.state.doc, String(about[1])).then(({ roots }) => roots);
  const mine = { about, answer };
  asked = mine;
  answer.catch(() => {
    if (asked === mine) asked = null;
  });
  return answer;
}

/** Whether dates stand at a path; null where nobody knows. */
export function holdsDates(roots: Roots, path: string): boolean | null {
  const node = at(roots, path);
  if (!node || node.date) return node ? true : null;
  return node.type === "any" || (node.type === "string" && node.sample === undefined) ? null : false;
}

function at(nodes: Roots, path: string): DataNode | undefined {
  for (const node of nodes) {
    if (node.path === path) return node;
    if (path.startsWith(`${node.path}.`) || path.startsWith(`${node.path}[`)) {
      const below = at(node.children, path);
      if (below) return below;
    }
  }
  return undefined;
}
