// An approval matrix of this workspace, and what it has to be told.
import { t } from "../../../i18n/t";
import { useSession } from "../../session/context";
import type { InputProps } from "./props";

const PLACE = "/settings/matrices";

export function MatrixPicker({ id, describedBy, invalid, value, onChange }: InputProps) {
  const { matrices } = useSession().boot;
  const named = typeof value === "string" ? value : "";
  const chosen = matrices.find((one) => one.name.toLowerCase() === named.toLowerCase());
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
        <option value="">{t("matrix.none")}</option>
        {matrices.map((one) => (
          <option key={one.id} value={one.name}>
            {one.name}
          </option>
        ))}
        {named !== "" && !chosen && <option value={named}>{t("policy.gone", { name: named })}</option>}
      </select>
      {chosen && <small>{t("matrix.compares", { columns: chosen.columns.join(", ") })}</small>}
      <div className="row">
        <a href={chosen ? `${PLACE}/${chosen.id}` : PLACE} target="_blank" rel="noopener">
          {t(chosen ? "matrix.open" : "matrix.all")}
        </a>
      </div>
    </div>
  );
}
