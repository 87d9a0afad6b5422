// Zoom, fit and tidy, at the left bottom.
import { useReactFlow, useStore } from "@xyflow/react";
import { t } from "../../i18n/t";
import { Icon } from "../parts/Icon";
import { useSession } from "../session/context";
import { useStore as useShown } from "../session/store";
import { FIT } from "./camera";

export function Tools() {
  const session = useSession();
  const flow = useReactFlow();
  const heat = useShown(session.store, (all) => all.heat?.span ?? "");
  const published = useShown(session.store, (all) => all.published !== null);
  const zoom = useStore((state) => state.transform[2]);
  return (
    <div className="tools card" role="toolbar" aria-label={t("tools.label")}>
      <button
        type="button"
        className="btn quiet icon-only"
        aria-label={t("tools.out")}
        onClick={() => void flow.zoomOut()}
      >
        <Icon name="minus" />
      </button>
      <button
        type="button"
        className="btn quiet zoom"
        aria-label={t("tools.full.spoken", { percent: Math.round(zoom * 100) })}
        title={t("action.full")}
        onClick={() => session.camera?.full()}
      >
        {t("tools.zoom", { percent: Math.round(zoom * 100) })}
      </button>
      <button
        type="button"
        className="btn quiet icon-only"
        aria-label={t("tools.in")}
        onClick={() => void flow.zoomIn()}
      >
        <Icon name="plus" />
      </button>
      <button type="button" className="btn quiet" onClick={() => void flow.fitView(FIT)}>
        {t("tools.fit")}
      </button>
      <button type="button" className="btn quiet" onClick={() => void session.steps.tidy()}>
        {t("tools.tidy")}
      </button>
      <button type="button" className="btn quiet" onClick={() => session.arrangement.addNote()}>
        {t("tools.note")}
      </button>
      {published && (
        <select
          className="input heat"
          aria-label={t("tools.heat")}
          value={heat}
          onChange={(event) => void session.remote.heat(event.target.value)}
        >
          <option value="">{t("tools.heat.none")}</option>
          <option value="24h">{t("tools.heat.span", { span: "24 h" })}</option>
          <option value="7d">{t("tools.heat.span", { span: "7 d" })}</option>
          <option value="30d">{t("tools.heat.span", { span: "30 d" })}</option>
        </select>
      )}
    </div>
  );
}
