// An approval policy of this workspace, and what it says in the place of the step's own fields.
import { t } from "../../../i18n/t";
import { useSession } from "../../session/context";
import type { InputProps } from "./props";

const PLACE = "/settings/policies";

export function PolicyPicker({ id, describedBy, invalid, value, onChange }: InputProps) {
  const { policies } = useSession().boot;
  const named = typeof value === "string" ? value : "";
  const chosen = policies.find((one) => one.name.toLowerCase() === named.toLowerCase());
  return (
    <div className="stack tight">
      <select
        id={id}
        className="input"
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        value={chosen?.name ?? named}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{t("policy.none")}</option>
        {policies.map((one) => (
          <option key={one.id} value={one.name}>
            {one.name}
          </option>
        ))}
        {named !== "" && !chosen && <option value={named}>{t("policy.gone", { name: named })}</option>}
      </select>
      {chosen && <small>{t("policy.rules", { who: chosen.detail })}</small>}
      <div className="row">
        <a href={chosen ? `${PLACE}/${chosen.id}` : PLACE} target="_blank" rel="noopener">
          {t(chosen ? "policy.open" : "policy.all")}
        </a>
        {chosen && (
          <a href={`${PLACE}/${chosen.id}/dry-run`} target="_blank" rel="noopener">
            {t("policy.dry_run")}
          </a>
        )}
      </div>
    </div>
  );
}
