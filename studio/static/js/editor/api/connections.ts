// What the server knows of connections: which there are, what each can do, and the form of one action.
import { read } from "./client";
import type { Schema } from "./types";

export interface ConnectionChoice {
  readonly handle: string;
  readonly title: string;
  /** Key of the connector: "vendure". */
  readonly connector: string;
  /** What kind of system it is, in words: "Vendure". */
  readonly system: string;
  /** In words: "Connected", "Connect again". */
  readonly state: string;
  readonly active: boolean;
}

export interface OfferedAction {
  /** As steps name it: "vendure.refund". */
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly group: string;
}

export interface Place {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

export interface Offers {
  readonly actions: readonly OfferedAction[];
  /** There are others beside these: a narrower search finds them. */
  readonly more: boolean;
  /** Channels, stores, warehouses. */
  readonly scopes: readonly Place[];
}

export interface ActionForm {
  readonly name: string;
  readonly schema: Schema;
}

export const PLACE = "/connections";
const one = (handle: string): string => `${PLACE}/${encodeURIComponent(handle)}`;

export const choices = () => read<readonly ConnectionChoice[]>(`${PLACE}/choices`);
export const offers = (handle: string, search: string) =>
  read<Offers>(`${one(handle)}/actions?q=${encodeURIComponent(search)}`);
export const form = (handle: string, action: string) =>
  read<ActionForm>(`${one(handle)}/actions/${action.split("/").map(encodeURIComponent).join("/")}`);
