// "Then": each port and where it leads. What the canvas does by drawing, this does by keyboard.
import { t } from "../../i18n/t";
import type { NodeTypeInfo } from "../api/types";
import { edgesFrom, stepOf } from "../document/read";
import { ERROR_PORT, type Step } from "../document/types";
import { Icon } from "../parts/Icon";
import { mayConnect } from "../rules/may-connect";
import { canFail, portName, portsOf } from "../session/catalogue";
import { usePart, useSession } from "../session/context";

export function NextSteps({ step }: { step: Step; type: NodeTypeInfo }) {
  const session = useSession();
  const infos = usePart((state) => state.infos);
  const ports = portsOf(step, session.types, infos);
  const all = canFail(step, session.types) ? [...ports, ERROR_PORT] : ports;
  if (all.length === 0) return null;
  return (
    <fieldset className="fieldset then">
      <legend>{t("then.title")}</legend>
      {all.map((port) => (
        <Port key={port} step={step} port={port} name={portName(step, port, session.types, infos)} />
      ))}
    </fieldset>
  );
}

function Port({ step, port, name }: { step: Step; port: string; name: string }) {
  const session = useSession();
  const doc = usePart((state) => state.doc);
  const out = edgesFrom(doc, step.key, port);
  const targets = doc.nodes.filter((n) => mayConnect(doc, { from: step.key, port, to: n.key }, session.types) === null);
  return (
    <div className="then-port">
      <span className="then-name">{name}</span>
      <span className="row">
        {out.map((edge) => {
          const to = stepOf(doc, edge.to)?.name ?? edge.to;
          return (
            <span key={edge.to} className="chip plain">
              {to}
              <button
                type="button"
                className="chip-x"
                aria-label={t("then.remove", { port: name, step: to })}
                onClick={() => session.steps.disconnect(edge)}
              >
                <Icon name="x" />
              </button>
            </span>
          );
        })}
        <select
          className="input small-input"
          aria-label={t("then.connect", { port: name })}
          value=""
          onChange={(event) => {
            const to = event.target.value;
            if (to.startsWith("+")) {
              const type = session.types.of(to.slice(1));
              if (type) session.steps.addBehind(type, step.key, port);
            } else if (to) session.steps.connect({ from: step.key, port, to });
          }}
        >
          <option value="">{t(out.length ? "then.also" : "then.choose")}</option>
          {targets.length > 0 && (
            <optgroup label={t("then.existing")}>
              {targets.map((n) => (
                <option key={n.key} value={n.key}>
                  {n.name}
                </option>
              ))}
            </optgroup>
          )}
          <optgroup label={t("then.new")}>
            {session.types.all
              .filter((type) => type.kind !== "trigger")
              .map((type) => (
                <option key={type.key} value={`+${type.key}`}>
                  {type.title}
                </option>
              ))}
          </optgroup>
        </select>
      </span>
    </div>
  );
}
