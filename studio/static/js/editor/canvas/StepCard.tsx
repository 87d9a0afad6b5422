// One step on the canvas: tile, name, one line, what is wrong with it, and how the test-run went.
import type { NodeProps } from "@xyflow/react";
import { createContext, memo, useContext } from "react";
import { t, tIfKnown } from "../../i18n/t";
import { heldBy } from "../document/held";
import { Icon, Tile } from "../parts/Icon";
import type { StepData, StepNode } from "./adapter";
import { Toggle } from "./GroupCard";
import { ErrorPort, InPort, OutPort, OutPorts } from "./Ports";

/** From very far, in workflows of thousands: ports cannot be seen, and would only listen to how the view moves. */
export const WithoutPorts = createContext(false);

export function cardClass(data: StepData, selected: boolean): string {
  const classes = ["step"];
  if (selected) classes.push("selected");
  if (data.errors) classes.push("bad");
  if (data.passedBy) classes.push("passed-by");
  if (data.ungated) classes.push("ungated");
  if (data.heat) classes.push(`heat-${data.heat.degree}`);
  if (data.tone) classes.push(`ran-${data.tone}`);
  return classes.join(" ");
}

export const StepCard = memo(function StepCard({ id, data, selected }: NodeProps<StepNode>) {
  const withoutPorts = useContext(WithoutPorts);
  const owner = { id, name: data.step.name };
  const trigger = data.type?.kind === "trigger";
  if (withoutPorts && !data.type?.is_loop)
    return (
      <div className={cardClass(data, selected)}>
        <CardFace data={data} />
      </div>
    );
  return (
    <div className={cardClass(data, selected)}>
      {!trigger && <InPort owner={owner} />}
      <CardFace data={data} />
      {data.type?.is_loop && <Toggle id={id} collapsed name={data.step.name} />}
      <OutPorts owner={owner} ports={data.ports} />
      {!trigger && <ErrorPort owner={owner} connected={data.errorPort} />}
    </div>
  );
});

/** A loop: its own card on top, room for its body below, what follows it at the bottom. */
export const LoopCard = memo(function LoopCard({ id, data, selected }: NodeProps<StepNode>) {
  const owner = { id, name: data.step.name };
  const body = data.ports.find((port) => port.port === "each");
  const after = data.ports.filter((port) => port.port !== "each");
  return (
    <div className={`loop ${cardClass(data, selected)}`}>
      <InPort owner={owner} />
      <div className="loop-head">
        <CardFace data={data} />
        <Toggle id={id} collapsed={false} name={data.step.name} />
      </div>
      {body && <OutPort owner={owner} port={body} named left="50%" top="56px" />}
      {body && !body.connected && <p className="loop-hint">{t("loop.empty")}</p>}
      <OutPorts owner={owner} ports={after} />
      <ErrorPort owner={owner} connected={data.errorPort} />
    </div>
  );
});

function CardFace({ data }: { data: StepData }) {
  const kind = data.type?.kind ?? "data";
  const held = heldBy(data.step, kind === "trigger");
  return (
    <>
      <Tile kind={kind} icon={data.type?.icon ?? "step"} />
      <span className="step-text">
        <b className="truncate">{data.step.name}</b>
        <span className="small truncate" title={data.heat?.title}>
          {held && <span className="held-word">{t(`held.${held}`)} · </span>}
          {data.heat?.text ??
            (data.hides ? t("group.hides", { n: data.hides }) : data.summary || (data.type?.title ?? data.step.type))}
        </span>
      </span>
      <Badge data={data} />
    </>
  );
}

function Badge({ data }: { data: StepData }) {
  if (data.errors)
    return (
      <span className="n-badge bad" title={t("problems.count", { n: data.errors })}>
        {data.errors}
      </span>
    );
  if (data.tone && data.state) {
    const text = tIfKnown(`state.${data.state}`, data.state);
    return (
      <span className={`ran ${data.tone}`} role="img" aria-label={text} title={text}>
        <Icon name={ICONS[data.tone] ?? "dots"} />
      </span>
    );
  }
  if (data.warnings)
    return (
      <span className="n-badge warn" title={t("warnings.count", { n: data.warnings })}>
        {data.warnings}
      </span>
    );
  return null;
}

const ICONS: { readonly [tone: string]: string } = {
  good: "check",
  bad: "x",
  wait: "hourglass",
  warn: "alert",
  run: "play",
};
