// A line between two steps, with a "+" in its middle to put a step in.
import { BaseEdge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { t } from "../../i18n/t";
import { stepOf } from "../document/read";
import { useSession } from "../session/context";
import type { StepEdge } from "./adapter";
import { lineClass } from "./lines";

export const FlowLine = memo(function FlowLine(props: EdgeProps<StepEdge>) {
  const session = useSession();
  const [path, x, y] = getBezierPath(props);
  const edge = props.data?.edge;
  return (
    <>
      <BaseEdge path={path} className={lineClass(props)} interactionWidth={24} />
      {edge && !props.data?.folded && (
        // biome-ignore lint/a11y/noStaticElementInteractions: a pointer's shortcut; keyboards insert from the panel's "Then"
        <g
          className="line-add nopan"
          transform={`translate(${x} ${y})`}
          onClick={(event) => {
            event.stopPropagation();
            session.store.set({ quickAdd: { place: { kind: "edge", edge }, x: event.clientX, y: event.clientY + 12 } });
          }}
        >
          <title>
            {t("line.insert", {
              from: stepOf(session.state.doc, edge.from)?.name ?? "",
              to: stepOf(session.state.doc, edge.to)?.name ?? "",
            })}
          </title>
          <circle r="12" className="hit" />
          <circle r="9" />
          <path d="M-4 0H4M0-4V4" />
        </g>
      )}
    </>
  );
});
