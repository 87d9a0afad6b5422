// What every input gets from its field.
import type { Schema } from "../../api/types";
import type { Path } from "../../document/paths";
import type { Json } from "../../document/types";

export interface InputProps {
  readonly id: string;
  readonly labelledBy: string;
  readonly describedBy: string;
  readonly invalid: boolean;
  readonly schema: Schema;
  readonly path: Path;
  readonly value: Json | undefined;
  onChange(value: Json | undefined): void;
}

/** The fields of an object: a form draws itself again inside of itself. */
export interface ObjectProps {
  readonly schema: Schema;
  readonly path: Path;
  readonly value: Json | undefined;
  readonly without?: readonly string[];
}
