// The fields of the chosen action, drawn from its own schema.
import { useMemo } from "react";
import { t } from "../../../i18n/t";
import { fitting, strays, withData } from "../../rules/action-form";
import { useSession } from "../../session/context";
import { NoAnswer, useAnswer } from "./answer";
import type { InputProps } from "./props";
import { InnerRoot, useBeside, useProblems, useScope } from "./scope";

export function ActionInput({ labelledBy, path, value, onChange }: InputProps) {
  const { connections } = useSession();
  const { fields: Fields } = useScope();
  const [handle, action] = [useBeside(path, "connection"), useBeside(path, "action")];
  const asked = handle !== "" && action !== "";
  const answer = useAnswer(asked ? `${handle} ${action}` : null, () => connections.form(handle, action));
  const schema = useMemo(() => answer.value && withData(answer.value.schema), [answer.value]);
  if (!asked) return <small>{t("input.action_first")}</small>;
  if (answer.error) return <NoAnswer error={answer.error} again={answer.again} advice={t("input.refused")} />;
  if (!schema) return <Skeleton />;
  const left = strays(value, schema);
  return (
    <div className="action-input" role="group" aria-labelledby={labelledBy}>
      {Object.keys(schema.properties ?? {}).length === 0 && <small>{t("input.none")}</small>}
      <InnerRoot root={schema}>
        <Fields schema={schema} path={path} value={value} />
      </InnerRoot>
      {left.length > 0 && (
        <div className="note warn small">
          {t("input.strays", { names: left.join(", ") })}{" "}
          <button type="button" className="link-btn" onClick={() => onChange(fitting(value, schema))}>
            {t("input.strays.drop")}
          </button>
        </div>
      )}
      {left.map((name) => (
        <Said key={name} path={[...path, name]} />
      ))}
    </div>
  );
}

/** What is wrong with a field that is not drawn. */
function Said({ path }: { path: InputProps["path"] }) {
  return useProblems(path, true).map((problem) => (
    <p key={problem.code + problem.message} className={problem.severity === "error" ? "error" : "error warning"}>
      {problem.message}
    </p>
  ));
}

function Skeleton() {
  return (
    <div className="form" aria-busy="true">
      <span className="visually-hidden" role="status">
        {t("loading")}
      </span>
      {[0, 1].map((n) => (
        <div key={n} className="stack tight" aria-hidden="true">
          <div className="skeleton short-line" />
          <div className="skeleton input-high" />
        </div>
      ))}
    </div>
  );
}
