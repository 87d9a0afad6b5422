// Node types by key, and what a step shows: its ports, their names, its summary.

import { t } from "../../i18n/t";
import type { NodeInfos, NodeTypeInfo } from "../api/types";
import { edgesFrom } from "../document/read";
import { BODY_PORT, ERROR_PORT, type Step, type WorkflowDocument } from "../document/types";
import type { Kinds } from "../rules/may-connect";

export interface Catalogue extends Kinds {
  readonly all: readonly NodeTypeInfo[];
  of(type: string): NodeTypeInfo | undefined;
}

export function catalogue(types: readonly NodeTypeInfo[]): Catalogue {
  const byKey = new Map(types.map((type) => [type.key, type]));
  return {
    all: types,
    of: (type) => byKey.get(type),
    isTrigger: (type) => byKey.get(type)?.kind === "trigger",
    isLoop: (type) => byKey.get(type)?.is_loop === true,
  };
}

/** The ports of a step but the error port: the server's word for its config, or the type's while none came yet. */
export function portsOf(step: Step, types: Catalogue, infos: NodeInfos): readonly string[] {
  return (infos[step.key]?.ports ?? types.of(step.type)?.ports ?? []).filter((port) => port !== ERROR_PORT);
}

export function portName(step: Step, port: string, types: Catalogue, infos: NodeInfos): string {
  const named = infos[step.key]?.port_names[port] ?? types.of(step.type)?.port_names[port];
  if (named) return named;
  if (port === ERROR_PORT) return t("port.error");
  if (port === BODY_PORT) return t("port.each");
  if (port === "next") return t("port.next");
  return port;
}

/** Any step but a trigger can fail. */
export const canFail = (step: Step, types: Catalogue): boolean => !types.isTrigger(step.type);

/** Where a new step behind this one would hang: the first port that leads nowhere, else the first. */
export function freePort(doc: WorkflowDocument, step: Step, ports: readonly string[]): string | undefined {
  return ports.find((port) => edgesFrom(doc, step.key, port).length === 0);
}
