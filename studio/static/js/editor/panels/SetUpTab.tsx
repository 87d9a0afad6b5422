// The form of a step, drawn from its type's schema; where it is called from, for triggers; where it leads.
import { t } from "../../i18n/t";
import type { NodeTypeInfo } from "../api/types";
import type { Step } from "../document/types";
import { Copyable } from "../parts/Copyable";
import { usePart, useSession } from "../session/context";
import { DataPicker } from "./DataPicker";
import { Fixes } from "./Fixes";
import { ObjectFields } from "./fields/ObjectFields";
import { FormScope } from "./fields/scope";
import { NextSteps } from "./NextSteps";

export function SetUpTab({ step, type }: { step: Step; type: NodeTypeInfo | undefined }) {
  if (!type) return <p className="error">{t("panel.unknown", { type: step.type })}</p>;
  const usesData = type.kind !== "trigger";
  return (
    <FormScope step={step} root={type.schema} fields={ObjectFields}>
      {type.help && <p className="small">{type.help}</p>}
      <StepProblems step={step} />
      <Address step={step} type={type} />
      <ObjectFields
        schema={type.schema}
        path={[]}
        value={step.config}
        without={type.kind === "trigger" ? ["sample"] : []}
      />
      {usesData && <DataPicker step={step} />}
      <NextSteps step={step} type={type} />
    </FormScope>
  );
}

/** Problems of the step as a whole, with what mends them; a field's own stand under the field. */
function StepProblems({ step }: { step: Step }) {
  const all = usePart((state) => state.problems);
  const problems = all.filter((problem) => problem.node === step.key && !problem.field?.startsWith("config."));
  return problems.map((problem) => (
    <p
      key={problem.code + problem.message}
      className={problem.severity === "error" ? "note bad small" : "note warn small"}
    >
      {problem.message} <Fixes problem={problem} />
    </p>
  ));
}

function Address({ step, type }: { step: Step; type: NodeTypeInfo }) {
  const session = useSession();
  const enabled = usePart((state) => state.enabled);
  const info = usePart((state) => state.infos[step.key]);
  if (type.kind !== "trigger") return null;
  if (info?.address)
    return (
      <div className="field">
        <span className="label">{t("address.title")}</span>
        <Copyable text={info.address} label={t("address.copy")} />
        {info.curl && (
          <details className="quiet-details">
            <summary>{t("address.curl")}</summary>
            <pre className="code wrap">{info.curl}</pre>
            <Copyable text={info.curl} label={t("address.curl.copy")} buttonOnly />
          </details>
        )}
        {enabled && info.runs && (
          <div>
            <a className="btn small-btn" href={session.boot.urls.start + step.key}>
              {t("more.start")}
            </a>
          </div>
        )}
      </div>
    );
  return step.type.includes("webhook") ? <p className="small">{t("address.later")}</p> : null;
}
