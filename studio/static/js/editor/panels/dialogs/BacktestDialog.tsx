// A backtest of the draft: which events of the past, and what is assumed. What it comes to has a page of its own.
import { useState } from "react";
import { t } from "../../../i18n/t";
import type { BacktestWish } from "../../api/types";
import { Modal } from "../../parts/Modal";
import { usePart, useSession } from "../../session/context";

const MOST = 10_000;

export function BacktestDialog() {
  const session = useSession();
  const doc = usePart((state) => state.doc);
  const triggers = doc.nodes.filter((n) => session.types.isTrigger(n.type));
  const [wish, setWish] = useState<BacktestWish>({
    trigger: triggers[0]?.key ?? null,
    last: null,
    approvals: "recorded",
    answers: "recorded",
  });
  const [busy, setBusy] = useState(false);
  const close = (): void => session.dialog(null);
  const change = (part: Partial<BacktestWish>): void => setWish({ ...wish, ...part });
  const unfit = wish.last !== null && !(wish.last >= 1 && wish.last <= MOST);
  const begin = async (): Promise<void> => {
    setBusy(true);
    try {
      window.location.assign(await session.remote.backtest(wish));
    } catch (error) {
      setBusy(false);
      close();
      session.sayError(error);
    }
  };
  return (
    <Modal
      title={t("backtest.title")}
      onClose={close}
      foot={
        <>
          <a className="small grow" href={session.boot.urls.backtests}>
            {t("backtest.earlier")}
          </a>
          <button type="button" className="btn" onClick={close}>
            {t("dialog.cancel")}
          </button>
          <button
            type="submit"
            form="backtest-form"
            className="btn primary"
            disabled={busy || wish.trigger === null || unfit}
          >
            {t(busy ? "backtest.busy" : "backtest.begin")}
          </button>
        </>
      }
    >
      <form
        id="backtest-form"
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void begin();
        }}
      >
        <p>{t("backtest.lead")}</p>
        {triggers.length === 0 && <p className="note warn">{t("test.notrigger")}</p>}
        {triggers.length > 1 && (
          <Choice
            id="backtest-trigger"
            label={t("test.trigger")}
            value={wish.trigger ?? ""}
            options={triggers.map((n) => [n.key, n.name])}
            choose={(trigger) => change({ trigger })}
          />
        )}
        <Choice
          id="backtest-events"
          label={t("backtest.events")}
          value={wish.last === null ? "days" : "last"}
          options={[
            ["days", t("backtest.days")],
            ["last", t("backtest.last")],
          ]}
          choose={(which) => change({ last: which === "days" ? null : 1_000 })}
        />
        {wish.last !== null && (
          <div className="field">
            <label htmlFor="backtest-count">{t("backtest.count")}</label>
            <input
              id="backtest-count"
              className="input"
              type="number"
              min={1}
              max={MOST}
              required
              value={Number.isNaN(wish.last) ? "" : wish.last}
              onChange={({ target }) => change({ last: target.valueAsNumber })}
            />
          </div>
        )}
        <Choice
          id="backtest-approvals"
          label={t("backtest.approvals")}
          value={wish.approvals}
          options={[
            ["recorded", t("backtest.approvals.recorded")],
            ["approved", t("backtest.approvals.approved")],
            ["declined", t("backtest.approvals.declined")],
          ]}
          choose={(approvals) => change({ approvals: approvals as BacktestWish["approvals"] })}
        />
        <Choice
          id="backtest-answers"
          label={t("backtest.answers")}
          value={wish.answers}
          options={[
            ["recorded", t("backtest.answers.recorded")],
            ["sample", t("backtest.answers.sample")],
          ]}
          choose={(answers) => change({ answers: answers as BacktestWish["answers"] })}
        />
        <p className="small">{t("backtest.waits")}</p>
      </form>
    </Modal>
  );
}

interface ChoiceProps {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  choose(value: string): void;
}

function Choice({ id, label, value, options, choose }: ChoiceProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" value={value} onChange={({ target }) => choose(target.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
