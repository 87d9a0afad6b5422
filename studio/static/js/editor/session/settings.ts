// What is written into fields: of one step, and of the workflow itself.
import { renameKey } from "../commands/rename-key";
import { setStep } from "../commands/set-step";
import { setWorkflow } from "../commands/set-workflow";
import { type Path, pathText, set } from "../document/paths";
import { stepOf } from "../document/read";
import type { Json, Pin, Step } from "../document/types";
import type { Session } from "./session";

export class Settings {
  constructor(private readonly session: Session) {}

  rename(key: string, name: string): void {
    this.session.do(setStep(key, { name }, "command.rename", `name ${key}`));
  }

  rekey(old: string, fresh: string): void {
    this.session.do(renameKey(old, fresh));
    this.session.select([fresh]);
  }

  configure(key: string, path: Path, value: Json | undefined): void {
    const step = stepOf(this.session.state.doc, key);
    if (!step) return;
    const config = set(step.config, path, value);
    this.session.do(setStep(key, { config }, "command.configure", `config ${key} ${pathText(path)}`));
  }

  setFields(key: string, fields: { readonly [K in keyof Step]?: Step[K] | undefined }): void {
    this.session.do(setStep(key, fields, "command.edit", `fields ${key} ${Object.keys(fields).join()}`));
  }

  /** Each of these undoes on its own. */
  pin(key: string, pin: Pin | undefined): void {
    this.session.do(setStep(key, { pin }, pin ? "command.pin" : "command.unpin"));
  }

  nameWorkflow(name: string): void {
    if (name.trim()) this.session.do(setWorkflow({ name: name.trim() }));
  }

  /** Its description, its settings. */
  describe(fields: { readonly [name: string]: unknown }, mark: string): void {
    this.session.do(setWorkflow(fields, `workflow ${mark}`));
  }
}
