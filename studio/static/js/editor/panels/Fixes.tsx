// The one click that mends a problem, where there is but one way: beside its sentence, wherever that stands.
import { t } from "../../i18n/t";
import type { Problem } from "../api/types";
import { useSession } from "../session/context";

export function Fixes({ problem }: { problem: Problem }) {
  const session = useSession();
  const { gate, node, fix } = problem;
  return (
    <>
      {gate && node && (
        <button type="button" className="btn small-btn" onClick={() => session.steps.insertGate(gate, node)}>
          {t("problems.insert_gate")}
        </button>
      )}
      {fix && (
        <button type="button" className="btn small-btn" onClick={() => session.steps.mend(fix)}>
          {fix.title}
        </button>
      )}
    </>
  );
}
