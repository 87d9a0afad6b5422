// A named group: a frame around its steps, whose head moves all of them; or, collapsed, one card in their place.
import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { t } from "../../i18n/t";
import { Icon } from "../parts/Icon";
import { useSession } from "../session/context";
import type { GroupNode } from "./adapter";

export const GroupFrame = memo(function GroupFrame({ id, data, selected }: NodeProps<GroupNode>) {
  return (
    <div className={selected ? "group-frame selected" : "group-frame"}>
      <div className="group-head">
        <b className="truncate">{data.group.name}</b>
        <Toggle id={id} collapsed={false} name={data.group.name} />
      </div>
    </div>
  );
});

export const GroupPile = memo(function GroupPile({ id, data, selected }: NodeProps<GroupNode>) {
  const { group, errors } = data;
  const classes = ["step", "pile"];
  if (selected) classes.push("selected");
  if (errors) classes.push("bad");
  return (
    <div className={classes.join(" ")}>
      <Handle id="in" type="target" position={Position.Top} isConnectable={false} />
      <span className="step-text">
        <b className="truncate">{group.name}</b>
        <span className="small truncate">{t("group.hides", { n: group.steps.length })}</span>
      </span>
      {errors > 0 && (
        <span className="n-badge bad" title={t("problems.count", { n: errors })}>
          {errors}
        </span>
      )}
      <Toggle id={id} collapsed name={group.name} />
      <Handle id="out" type="source" position={Position.Bottom} isConnectable={false} />
    </div>
  );
});

/** Opens a collapsed card, or makes one of what is inside. */
export function Toggle({ id, collapsed, name }: { id: string; collapsed: boolean; name: string }) {
  const session = useSession();
  const label = t(collapsed ? "group.expand" : "group.collapse", { name });
  return (
    <button
      type="button"
      className="fold nodrag nopan"
      aria-expanded={!collapsed}
      aria-label={label}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        session.arrangement.toggle(id);
      }}
    >
      <Icon name={collapsed ? "chevron-right" : "chevron-down"} />
    </button>
  );
}
