// With no step selected: what is said of the workflow itself, and how each of its runs is called.
import { t } from "../../i18n/t";
import type { Json, JsonObject } from "../document/types";
import { usePart, useSession } from "../session/context";
import { LabelFields } from "./LabelFields";
import { LimitFields } from "./limits/LimitFields";

export function WorkflowPanel() {
  const session = useSession();
  const description = usePart((state) => String(state.doc.description ?? ""));
  const settings = usePart((state) => state.doc.settings) as JsonObject | undefined;
  const all = usePart((state) => state.problems);
  const problems = all.filter((problem) => problem.path.startsWith("settings.title"));
  const put = (name: string, value: Json): void =>
    session.settings.describe(name === "title" ? { settings: { ...settings, title: value } } : { [name]: value }, name);
  return (
    <div className="form">
      <h2>{t("workflow.panel")}</h2>
      <p className="small">{t("panel.none.text")}</p>
      <div className="field" data-field="settings.title">
        <label htmlFor="workflow-title">{t("workflow.title")}</label>
        <input
          id="workflow-title"
          className="input"
          autoComplete="off"
          aria-describedby="workflow-title-help"
          aria-invalid={problems.length > 0 || undefined}
          maxLength={500}
          value={String(settings?.title ?? "")}
          onChange={(event) => put("title", event.target.value)}
        />
        <small className="help" id="workflow-title-help">
          {t("workflow.title.help")}
        </small>
        {problems.map((problem) => (
          <p key={problem.code + problem.message} className="error">
            {problem.message}
          </p>
        ))}
      </div>
      <div className="field">
        <label htmlFor="workflow-description">{t("workflow.description")}</label>
        <textarea
          id="workflow-description"
          className="input"
          rows={4}
          maxLength={2000}
          aria-describedby="workflow-description-help"
          value={description}
          onChange={(event) => put("description", event.target.value)}
        />
        <small className="help" id="workflow-description-help">
          {t("workflow.description.help")}
        </small>
      </div>
      <LabelFields />
      <LimitFields />
    </div>
  );
}
