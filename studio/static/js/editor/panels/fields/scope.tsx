// What every field of one form shares: the step, the schema's root, and the step's problems.
import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { Problem, Schema } from "../../api/types";
import { get, type Path, pathText } from "../../document/paths";
import type { Json, Step } from "../../document/types";
import { usePart, useSession } from "../../session/context";
import type { ObjectProps } from "./props";

interface Scope {
  readonly step: Step;
  readonly root: Schema;
  /** Whether a value may come from an expression: a trigger is set up before there is any data. */
  readonly dynamic: boolean;
  readonly problems: readonly Problem[];
  /** Draws the fields of an object; given from outside, because fields hold objects that hold fields. */
  readonly fields: (props: ObjectProps) => ReactNode;
  set(path: Path, value: Json | undefined): void;
}

const Context = createContext<Scope | null>(null);

interface Props {
  step: Step;
  root: Schema;
  fields: (props: ObjectProps) => ReactNode;
  children: ReactNode;
}

export function FormScope({ step, root, fields, children }: Props) {
  const session = useSession();
  const problems = usePart((state) => state.problems);
  const scope = useMemo(
    () => ({
      step,
      root,
      fields,
      dynamic: !session.types.isTrigger(step.type),
      problems: problems.filter((problem) => problem.node === step.key),
      set: (path: Path, value: Json | undefined) => session.settings.configure(step.key, path, value),
    }),
    [step, root, fields, problems, session],
  );
  return <Context value={scope}>{children}</Context>;
}

export function useScope(): Scope {
  const scope = useContext(Context);
  if (!scope) throw new Error("a field stands outside of a form");
  return scope;
}

/** Fields whose schema is another document's: their $ref lead there. */
export function InnerRoot({ root, children }: { root: Schema; children: ReactNode }) {
  const outer = useScope();
  const scope = useMemo(() => ({ ...outer, root }), [outer, root]);
  return <Context value={scope}>{children}</Context>;
}

/** The field of that name next to the one at `path`. */
export const beside = (path: Path, name: string): Path => [...path.slice(0, -1), name];

/** The text in it; empty where it holds none. */
export function useBeside(path: Path, name: string): string {
  const text = get(useScope().step.config, beside(path, name));
  return typeof text === "string" ? text : "";
}

/** Problems of exactly this field; with `deep`, of what is inside it too. */
export function useProblems(path: Path, deep = false): readonly Problem[] {
  const { problems } = useScope();
  const own = pathText(path);
  return useMemo(
    () =>
      problems.filter((problem) => {
        const field = (problem.field ?? "").replace(/^config\.?/, "");
        return field === own || (deep && field.startsWith(`${own}.`));
      }),
    [problems, own, deep],
  );
}

export const fieldId = (step: Step, path: Path): string => `field-${step.key}-${path.join("-")}`;
