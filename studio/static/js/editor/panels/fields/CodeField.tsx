// Expressions and texts with {{ … }}: CodeMirror, loaded when the first such field is shown, and below it what the value
// comes to with the sample data.
import { useEffect, useMemo, useRef, useState } from "react";
import type { Problem } from "../../api/types";
import type { Json } from "../../document/types";
import { useSession } from "../../session/context";
import type { CodeHandle } from "../code/code";
import { concerns } from "../code/underlined";
import { PreviewLine } from "./PreviewLine";
import type { InputProps } from "./props";
import { useProblems, useScope } from "./scope";

export type CodeMode = "cel" | "template" | "json" | "json-template" | "text";

interface Props extends Omit<InputProps, "value"> {
  readonly mode: CodeMode;
  readonly value: Json | undefined;
  readonly lines?: number;
  readonly label?: string;
  /** The type that an expression must give. */
  readonly expects?: string;
  readonly preview?: boolean;
  /** Where this text begins in the value that the problems are about; null: they are not about a place in it. */
  readonly offset?: number | null;
  /** The text stands in what is asked of each entry of a list. */
  readonly within?: InList | undefined;
}

export interface InList {
  /** The list's own path. */
  readonly list: string;
  /** What an entry is called. */
  readonly name: string;
}

/** A path picked elsewhere, as it is written here: `lines[0].sku` of the list that is gone through is `entry.sku`. */
function pathHere(path: string, within: InList | undefined): string {
  if (!within?.list || !path.startsWith(`${within.list}[`)) return path;
  return within.name + path.slice(within.list.length).replace(/^\[\d+\]/, "");
}

const shown = (value: Json | undefined): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** As this field counts. */
function shifted(problems: readonly Problem[], offset: number | null): readonly Problem[] {
  if (offset === 0) return problems;
  if (offset === null) return [];
  return problems.flatMap((problem) =>
    problem.span ? { ...problem, span: [problem.span[0] - offset, problem.span[1] - offset] } : [],
  );
}

export function CodeField({
  id,
  labelledBy,
  label,
  describedBy,
  invalid,
  path,
  mode,
  lines = 1,
  value,
  schema,
  onChange,
  preview = true,
  offset = 0,
  within,
}: Props) {
  const session = useSession();
  const { step } = useScope();
  const host = useRef<HTMLDivElement>(null);
  const handle = useRef<CodeHandle | null>(null);
  const [ready, setReady] = useState(false);
  const text = shown(value);
  const latest = useRef({ text, onChange, step: step.key, within });
  latest.current = { text, onChange, step: step.key, within };
  const problems = useProblems(path);
  const marks = useMemo(() => shifted(problems, offset), [problems, offset]);
  // of several fields that make one value, those are marked that the problem is about
  const red = invalid && (!problems.some((one) => one.span) || marks.some((one) => concerns(one.span, text.length)));
  const placeholder = typeof schema.examples?.[0] === "string" ? schema.examples[0] : "";

  useEffect(() => {
    let gone = false;
    void import("../code/code").then(({ mount }) => {
      if (gone || !host.current) return;
      const typing = host.current.contains(document.activeElement);
      handle.current = mount(host.current, {
        text: latest.current.text,
        mode,
        lines,
        placeholder,
        attributes: {
          id,
          ...(label ? { "aria-label": label } : { "aria-labelledby": labelledBy }),
          "aria-describedby": describedBy,
          "aria-multiline": String(lines > 1),
        },
        change: (next) => latest.current.onChange(next),
        complete: async (source, position) => {
          const list = latest.current.within;
          // the server knows what an entry is by what stands before
          const before = list?.list ? `${list.list}.exists(${list.name}, ` : "";
          const answer = await session.api.complete({
            document: session.state.doc,
            node: latest.current.step,
            source: before + source,
            position: before.length + position,
            template: mode !== "cel",
          });
          return { ...answer, from: answer.from - before.length };
        },
        focused: (insert) => {
          session.insertIntoField = insert;
        },
        here: (path) => pathHere(path, latest.current.within),
      });
      setReady(true);
      if (typing) handle.current.focus();
    });
    return () => {
      gone = true;
      handle.current?.destroy();
      handle.current = null;
      session.insertIntoField = null;
    };
  }, [session, mode, lines, id, label, labelledBy, describedBy, placeholder]);

  useEffect(() => handle.current?.put(text), [text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: squiggles wait for the editor
  useEffect(() => handle.current?.squiggle(marks), [marks, ready]);

  const previewed = preview && (mode === "cel" || mode === "template");
  return (
    <>
      <div
        ref={host}
        data-takes={mode === "json" || mode === "text" ? undefined : "data"}
        className={`input code-field mode-${mode.replace("-template", "")}${red ? " invalid" : ""}${lines > 1 ? " tall" : ""}`}
      >
        {!ready && (
          <textarea
            id={id}
            rows={lines}
            aria-labelledby={label ? undefined : labelledBy}
            aria-label={label}
            value={text}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </div>
      {previewed && <PreviewLine source={text} template={mode === "template"} said={problems.length > 0} />}
    </>
  );
}
