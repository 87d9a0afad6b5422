import type { Step } from "../document/types";
import type { Command } from "./command";

type Fields = { readonly [K in keyof Step]?: Step[K] | undefined };

/** Set fields of one step; undefined takes a field away. */
export function setStep(key: string, fields: Fields, label = "command.edit", mark?: string): Command {
  return {
    label,
    ...(mark === undefined ? {} : { mark }),
    apply(doc) {
      const old = doc.nodes.find((n) => n.key === key);
      if (!old) return [doc, setStep(key, {}, label, mark)];
      const before = Object.fromEntries(Object.keys(fields).map((name) => [name, old[name]])) as Fields;
      const nodes = doc.nodes.map((n) => (n === old ? withFields(n, fields) : n));
      return [{ ...doc, nodes }, setStep(key, before, label, mark)];
    },
  };
}

function withFields(step: Step, fields: Fields): Step {
  const merged: Record<string, unknown> = { ...step, ...fields };
  for (const [name, value] of Object.entries(fields)) if (value === undefined) delete merged[name];
  return merged as unknown as Step;
}
