// Zoom, fit and tidy, at the left bottom.
import { useReactFlow, useStore } from "@xyflow/react";
import { t } from "../../i18n/t";
import { Icon } from "../parts/Icon";
import { useSession } from "../session/context";
import { FIT } from "./camera";

export function Tools() {
  const session = useSession();
  const flow = useReactFlow();
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
      <small className="zoom">{t("tools.zoom", { percent: Math.round(zoom * 100) })}</small>
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
    </div>
  );
}
