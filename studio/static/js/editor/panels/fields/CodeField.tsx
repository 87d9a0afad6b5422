// Expressions and texts with {{ … }}: CodeMirror, loaded when the first such field is shown, and below it what the value
// comes to with the sample data.
import { useEffect, useMemo, useRef, useState } from "react";
import type { Problem } from "../../api/types";
import type { Json } from "../../document/types";
import { useSession } from "../../session/context";
import type { CodeHandle } from "../code/code";
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
}: Props) {
  const session = useSession();
  const { step } = useScope();
  const host = useRef<HTMLDivElement>(null);
  const handle = useRef<CodeHandle | null>(null);
  const [ready, setReady] = useState(false);
  const text = shown(value);
  const latest = useRef({ text, onChange, step: step.key });
  latest.current = { text, onChange, step: step.key };
  const problems = useProblems(path);
  const marks = useMemo(() => shifted(problems, offset), [problems, offset]);
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
        complete: (source, position) =>
          session.api.complete({
            document: session.state.doc,
            node: latest.current.step,
            source,
            position,
            template: mode !== "cel",
          }),
        focused: (insert) => {
          session.insertIntoField = insert;
        },
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
        className={`input code-field mode-${mode.replace("-template", "")}${invalid ? " invalid" : ""}${lines > 1 ? " tall" : ""}`}
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
