// Another workflow of this workspace, and the inputs that its trigger asks for.
import { t } from "../../../i18n/t";
import type { CallableWorkflow } from "../../api/types";
import { get } from "../../document/paths";
import type { Json, JsonObject } from "../../document/types";
import { useSession } from "../../session/context";
import type { InputProps } from "./props";
import { beside, useScope } from "./scope";

const INPUTS = "inputs";

export function WorkflowPicker({ id, describedBy, invalid, path, value, onChange }: InputProps) {
  const { workflows, boot } = useSession();
  const { step, set } = useScope();
  const named = typeof value === "string" ? value : "";
  const chosen = workflows.find((one) => one.id === named);
  const inputs = beside(path, INPUTS);
  const given = asObject(get(step.config, inputs));
  const missing = chosen?.inputs.filter((input) => !(input.name in given)) ?? [];
  const fill = (): void => set(inputs, { ...given, ...Object.fromEntries(missing.map(({ name }) => [name, ""])) });
  return (
    <div className="stack tight">
      <select
        id={id}
        className="input"
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        value={named}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{t(workflows.length ? "workflow.choose" : "workflow.none")}</option>
        {named !== "" && !chosen && <option value={named}>{t("workflow.unknown")}</option>}
        {workflows.map((one) => (
          <option key={one.id} value={one.id}>
            {one.on ? one.name : t("workflow.off", { name: one.name })}
          </option>
        ))}
      </select>
      {chosen && chosen.inputs.length > 0 && <small>{t("workflow.inputs", { inputs: inWords(chosen) })}</small>}
      <div className="row">
        {missing.length > 0 && (
          <button type="button" className="btn small-btn" onClick={fill}>
            {t("workflow.fill")}
          </button>
        )}
        {chosen && (
          <a href={`${boot.urls.workflows}/${chosen.id}/edit`} target="_blank" rel="noopener">
            {t("workflow.open")}
          </a>
        )}
      </div>
    </div>
  );
}

const asObject = (value: Json | undefined): JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};

const inWords = ({ inputs }: CallableWorkflow): string =>
  inputs
    .map(({ name, label, required }) => {
      const said = label && label !== name ? `${name} (${label})` : name;
      return required ? said : t("workflow.optional", { name: said });
    })
    .join(", ");
