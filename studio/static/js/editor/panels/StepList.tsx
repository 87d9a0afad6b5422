// The workflow as a plain list in the order it runs, beside the canvas: for screen readers, and for whoever likes lists.
import { t } from "../../i18n/t";
import { edgesFrom, inOrder, stepOf } from "../document/read";
import type { Step, WorkflowDocument } from "../document/types";
import { Tile } from "../parts/Icon";
import { portName } from "../session/catalogue";
import { usePart, useSession } from "../session/context";

export function StepList() {
  const doc = usePart((state) => state.doc);
  const steps = inOrder(doc).flatMap((key) => stepOf(doc, key) ?? []);
  return (
    <section className="step-list" aria-labelledby="step-list-title">
      <h2 id="step-list-title">{t("list.title")}</h2>
      {steps.length === 0 && <p className="muted">{t("canvas.empty.text")}</p>}
      <ol aria-labelledby="step-list-title">
        {steps.map((step) => (
          <Row key={step.key} step={step} doc={doc} depth={depth(doc, step)} />
        ))}
      </ol>
    </section>
  );
}

function Row({ step, doc, depth }: { step: Step; doc: WorkflowDocument; depth: number }) {
  const session = useSession();
  const infos = usePart((state) => state.infos);
  const selected = usePart((state) => state.selected.includes(step.key));
  const problems = usePart((state) => state.problems.filter((problem) => problem.node === step.key).length);
  const type = session.types.of(step.type);
  const next = edgesFrom(doc, step.key).map((edge) => {
    const to = stepOf(doc, edge.to)?.name ?? edge.to;
    return t("list.leads", { port: portName(step, edge.port, session.types, infos), step: to });
  });
  return (
    <li className={`depth-${Math.min(depth, 4)}`}>
      <button
        type="button"
        className="list-step"
        aria-pressed={selected}
        data-node-key={step.key}
        onClick={() => {
          session.select([step.key]);
          session.arrangement.reveal(step.key);
          session.camera?.show([step.key]);
        }}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          const rows = [...document.querySelectorAll<HTMLElement>(".list-step")];
          rows[rows.indexOf(event.currentTarget) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
          event.preventDefault();
        }}
      >
        <Tile kind={type?.kind ?? "data"} icon={type?.icon ?? "step"} />
        <span className="step-text">
          <b>{step.name}</b>
          <span className="small truncate">{[type?.title, infos[step.key]?.summary].filter(Boolean).join(" · ")}</span>
          {next.length > 0 && <span className="small">{next.join(" · ")}</span>}
        </span>
        {problems > 0 && <span className="chip bad">{t("problems.count", { n: problems })}</span>}
      </button>
    </li>
  );
}

function depth(doc: WorkflowDocument, step: Step): number {
  let levels = 0;
  for (let parent = step.parent; parent && levels < 10; parent = stepOf(doc, parent)?.parent) levels += 1;
  return levels;
}
