// Connections as fields ask for them: answers are kept while the page stands, refusals are not.
import * as server from "../api/connections";
import { setStep } from "../commands/set-step";
import { get, type Path, pathText, set } from "../document/paths";
import { stepOf } from "../document/read";
import type { JsonObject } from "../document/types";
import { fitting } from "../rules/action-form";
import type { Session } from "./session";

export class Connections {
  private readonly kept = new Map<string, Promise<unknown>>();

  constructor(private readonly session: Session) {}

  choices = (): Promise<readonly server.ConnectionChoice[]> => this.once("choices", server.choices);

  offers = (handle: string, search: string): Promise<server.Offers> =>
    this.once(`offers ${handle} ${search}`, () => server.offers(handle, search));

  form = (handle: string, action: string): Promise<server.ActionForm> =>
    this.once(`form ${handle} ${action}`, () => server.form(handle, action));

  /** Somebody may have connected another account meanwhile. */
  forget(): void {
    this.kept.clear();
  }

  /** Names another action at `path`. Of its fields beside, those that the new one has as well keep their values; one
   * undo brings all of it back. */
  async choose(key: string, path: Path, beside: Path, handle: string, action: string): Promise<void> {
    const mark = `config ${key} ${pathText(path)}`;
    this.session.settle();
    this.put(key, mark, (config) => set(config, path, action));
    const { schema } = await this.form(handle, action);
    this.put(key, mark, (config) => {
      const given = get(config, beside);
      if (get(config, path) !== action || given === undefined) return config;
      return set(config, beside, fitting(given, schema));
    });
  }

  private put(key: string, mark: string, change: (config: JsonObject) => JsonObject): void {
    const step = stepOf(this.session.state.doc, key);
    if (step) this.session.do(setStep(key, { config: change(step.config) }, "command.configure", mark));
  }

  private once<T>(name: string, ask: () => Promise<T>): Promise<T> {
    const before = this.kept.get(name) as Promise<T> | undefined;
    if (before) return before;
    const asked = ask();
    this.kept.set(name, asked);
    asked.catch(() => {
      if (this.kept.get(name) === asked) this.kept.delete(name);
    });
    return asked;
  }
}
