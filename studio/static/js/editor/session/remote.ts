// What the server does with the whole workflow: publish, restore, turn on and off, test; and who wins a conflict.
import { t } from "../../i18n/t";
import type { BacktestWish, Stage, TestResult } from "../api/types";
import { eventOf } from "../document/held";
import type { Json } from "../document/types";
import type { Session } from "./session";

export class Remote {
  constructor(private readonly session: Session) {}

  /** Theirs becomes the document; mine is one undo away. */
  loadTheirs(): void {
    const { session } = this;
    const { save } = session.state;
    if (save.kind !== "conflict") return;
    const { document, revision, at } = save.current;
    session.adopt(document, revision, "command.theirs", true);
    session.store.set({ save: { kind: "saved", at: new Date(at) } });
    session.say(t("toast.theirs"), "plain");
    this.check();
  }

  async keepMine(): Promise<void> {
    const { save } = this.session.state;
    if (save.kind === "conflict") await this.session.autosave.overwrite(save.current);
  }

  /** To all events, or to a share of them: then what is published stays, and both are seen side by side. */
  async publish(note: string, stage: Stage | null): Promise<void> {
    const { session } = this;
    await session.saveNow();
    const answer = await session.api.publish(session.revision, note, stage);
    session.checked(answer);
    if (answer.staged !== null) {
      window.location.assign(answer.staged);
      return;
    }
    const { enabled, published } = session.state;
    session.store.set({
      published: answer.version,
      changed: false,
      dialog: null,
      enabled: enabled || published === null, // the first version turns the workflow on
    });
    session.say(t("toast.published", { version: answer.version }), "good");
    session.stepDone("publish");
  }

  /** Of the runs of so long; empty: none any more. */
  async heat(span: string): Promise<void> {
    const { api, store } = this.session;
    try {
      const heat = span ? await api.heat(span) : null;
      store.set({ heat });
      if (heat && Object.keys(heat.steps).length === 0) this.session.say(t("toast.no-heat"), "plain");
    } catch (error) {
      this.session.say(error instanceof Error ? error.message : String(error), "bad");
    }
  }

  async restore(number: number): Promise<void> {
    const { session } = this;
    await session.saveNow();
    const answer = await session.api.restore(number, session.revision);
    session.adopt(answer.document, answer.revision, "command.restore", number !== session.state.published);
    session.store.set({ dialog: null });
    session.checked(answer);
    session.say(t("toast.restored", { version: number }), "good");
  }

  async enable(enabled: boolean): Promise<void> {
    const { session } = this;
    try {
      const answer = await session.api.enable(enabled);
      session.store.set({ enabled: answer.enabled });
      session.say(t(answer.enabled ? "toast.on" : "toast.off"), "good");
    } catch (error) {
      session.sayError(error);
    }
  }

  async test(trigger: string, sample: Json, live: readonly string[]): Promise<TestResult> {
    const test = await this.session.api.test(this.session.state.doc, trigger, sample, live);
    this.session.store.set({ test });
    if (test.state !== "failed") this.session.stepDone("test");
    return test;
  }

  /** One step by itself, on what the others gave in the test-run that is shown, else on their samples. */
  async testOne(key: string): Promise<void> {
    const { session } = this;
    const { doc, test } = session.state;
    const trigger = doc.nodes.find((n) => session.types.isTrigger(n.type));
    if (!trigger) return;
    const outputs: Record<string, Json> = {};
    for (const step of test?.steps ?? [])
      if (step.state === "succeeded" && step.whole && step.path === "" && step.node !== key)
        outputs[step.node] = step.output; // what was too long to show came as a sentence about its size
    const sample =
      trigger.pin?.data ?? outputs[trigger.key] ?? eventOf(trigger) ?? session.types.of(trigger.type)?.sample ?? {};
    delete outputs[trigger.key];
    try {
      const one = await session.api.testOne(doc, trigger.key, sample, key, outputs);
      const others = (test?.steps ?? []).filter((step) => step.node !== key && step.node !== trigger.key);
      session.store.set({ test: { ...one, steps: [...one.steps, ...others] } });
    } catch (error) {
      session.sayError(error);
    }
  }

  /** Begin one of the draft as it is saved; the address of its page. */
  async backtest(wish: BacktestWish): Promise<string> {
    await this.session.saveNow();
    return (await this.session.api.backtest(wish)).url;
  }

  /** Ask what is wrong with what stands now; without an answer the next save tells. */
  private check(): void {
    const { session } = this;
    session.api.check(session.state.doc).then(
      (answer) => session.checked(answer),
      () => undefined,
    );
  }
}
