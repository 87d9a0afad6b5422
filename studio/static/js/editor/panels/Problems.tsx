// Below: what keeps it from running, in words; a click leads to the field.
import { t, tIfKnown } from "../../i18n/t";
import type { Problem } from "../api/types";
import { toneOf } from "../canvas/outcome";
import { stepOf } from "../document/read";
import { Icon } from "../parts/Icon";
import { Menu } from "../parts/Menu";
import { usePart, useSession } from "../session/context";
import { Fixes } from "./Fixes";

export function Problems() {
  const problems = usePart((state) => state.problems);
  const errors = problems.filter((problem) => problem.severity === "error");
  const warnings = problems.filter((problem) => problem.severity === "warning");
  const first = errors[0] ?? warnings[0];
  return (
    <section className="problems" aria-label={t("problems.label")} data-problems={errors.length}>
      {errors.length > 0 ? (
        <span className="chip bad">{t("problems.count", { n: errors.length })}</span>
      ) : (
        <span className="chip good">{t("problems.ready")}</span>
      )}
      {errors.length === 0 && warnings.length > 0 && (
        <span className="chip warn">{t("warnings.count", { n: warnings.length })}</span>
      )}
      {first && <One problem={first} />}
      <span className="grow" />
      <TestRun />
      {errors.length + warnings.length > 1 && <All problems={[...errors, ...warnings]} />}
    </section>
  );
}

/** What the canvas shows of a test-run, until somebody takes it away. */
function TestRun() {
  const session = useSession();
  const test = usePart((state) => state.test);
  if (!test) return null;
  return (
    <span className={`chip ${toneOf(test.state)}`}>
      {t("test.shown", { state: tIfKnown(`state.${test.state}`, test.state) })}
      <button
        type="button"
        className="chip-x"
        aria-label={t("test.clear")}
        title={t("test.clear")}
        onClick={() => session.store.set({ test: null })}
      >
        <Icon name="x" />
      </button>
    </span>
  );
}

function One({ problem }: { problem: Problem }) {
  const session = useSession();
  const step = usePart((state) => (problem.node ? stepOf(state.doc, problem.node)?.name : undefined));
  return (
    <>
      <button type="button" className="problem truncate" onClick={() => session.goTo(problem)}>
        {step && <b>{step}: </b>}
        {problem.message}
      </button>
      <Fixes problem={problem} />
    </>
  );
}

function All({ problems }: { problems: readonly Problem[] }) {
  return (
    <Menu
      up
      label={t("problems.all")}
      face={
        <>
          {t("problems.all")}
          <Icon name="chevron-up" />
        </>
      }
    >
      <div className="problem-list">
        {problems.map((problem, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: problems have no identity of their own
          <One key={`${problem.path} ${problem.code} ${index}`} problem={problem} />
        ))}
      </div>
    </Menu>
  );
}
