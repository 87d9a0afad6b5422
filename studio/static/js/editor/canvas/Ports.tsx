// The ports of a card: where lines begin and end, their names, and a "+" where nothing follows yet.
import { Handle, Position } from "@xyflow/react";
import type { CSSProperties } from "react";
import { t } from "../../i18n/t";
import { ERROR_PORT } from "../document/types";
import { Icon } from "../parts/Icon";
import { useSession } from "../session/context";
import type { PortView } from "./adapter";
import { portLayout } from "./width";

interface Owner {
  readonly id: string;
  readonly name: string;
}

export function InPort({ owner }: { owner: Owner }) {
  return (
    <Handle
      id="in"
      type="target"
      position={Position.Top}
      role="button"
      aria-label={t("port.input", { step: owner.name })}
      data-port="in"
    />
  );
}

export function OutPorts({ owner, ports }: { owner: Owner; ports: readonly PortView[] }) {
  const named = ports.length > 1;
  const { middles } = portLayout(ports.map((port) => port.name));
  return ports.map((port, index) => (
    <OutPort key={port.port} owner={owner} port={port} named={named} left={named ? `${middles[index]}px` : "50%"} />
  ));
}

interface OutPortProps {
  owner: Owner;
  port: PortView;
  named: boolean;
  left: string;
  top?: string;
}

export function OutPort({ owner, port, named, left, top }: OutPortProps) {
  const place: CSSProperties = top === undefined ? { left } : { left, top, bottom: "auto" };
  // React Flow moves a handle down by half of its height: one above the place puts its middle on it
  const middle: CSSProperties = top === undefined ? { left } : { left, top: `calc(${top} - 9px)`, bottom: "auto" };
  return (
    <>
      <Handle
        id={port.port}
        type="source"
        position={Position.Bottom}
        style={middle}
        role="button"
        aria-label={t("port.label", { step: owner.name, port: port.name })}
        data-port={port.port}
        data-step={owner.id}
      />
      {named && (
        <span className={top === undefined ? "port-name" : "port-name beside"} style={place}>
          {port.name}
        </span>
      )}
      {!port.connected && <AddAfter owner={owner} port={port} place={place} named={named} />}
    </>
  );
}

function AddAfter({
  owner,
  port,
  place,
  named,
}: {
  owner: Owner;
  port: PortView;
  place: CSSProperties;
  named: boolean;
}) {
  const session = useSession();
  return (
    <button
      type="button"
      className={named ? "port-add named nodrag nopan" : "port-add nodrag nopan"}
      style={place}
      data-add-after={`${owner.id}/${port.port}`}
      aria-label={t("port.add", { step: owner.name, port: port.name })}
      onClick={(event) => {
        event.stopPropagation();
        const box = event.currentTarget.getBoundingClientRect();
        session.store.set({
          quickAdd: {
            place: { kind: "behind", from: owner.id, port: port.port },
            x: box.left + box.width / 2,
            y: box.bottom + 4,
          },
        });
      }}
    >
      <Icon name="plus" />
    </button>
  );
}

/** At the right side: where a failure goes instead of ending the run. */
export function ErrorPort({ owner, connected }: { owner: Owner; connected: boolean }) {
  return (
    <>
      <Handle
        id={ERROR_PORT}
        type="source"
        position={Position.Right}
        className={connected ? "error-port connected" : "error-port"}
        role="button"
        aria-label={t("port.label", { step: owner.name, port: t("port.error") })}
        data-port={ERROR_PORT}
        data-step={owner.id}
      />
      <span className={connected ? "error-name connected" : "error-name"}>{t("port.error")}</span>
    </>
  );
}
