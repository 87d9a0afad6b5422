// The panel at the right: one step's settings in four tabs.
import { useEffect, useState } from "react";
import { t } from "../../i18n/t";
import { groupAt, noteAt } from "../document/layout";
import { stepOf } from "../document/read";
import type { Step } from "../document/types";
import { Tile } from "../parts/Icon";
import { Menu } from "../parts/Menu";
import { Tabs } from "../parts/Tabs";
import { usePart, useSession } from "../session/context";
import type { Tab } from "../session/state";
import { ActionItem } from "./actions/ActionItem";
import { useAskedFocus } from "./asked-focus";
import { NotesTab } from "./NotesTab";
import { OfGroup, OfNote } from "./OfBeside";
import { ReliabilityTab } from "./ReliabilityTab";
import { SampleTab } from "./SampleTab";
import { SetUpTab } from "./SetUpTab";
import { WorkflowPanel } from "./WorkflowPanel";

export function Inspector() {
  const selected = usePart((state) => state.selected);
  const step = usePart((state) =>
    state.selected.length === 1 ? stepOf(state.doc, state.selected[0] as string) : undefined,
  );
  const note = usePart((state) =>
    state.selected.length === 1 ? noteAt(state.doc, state.selected[0] as string) : null,
  );
  const group = usePart((state) =>
    state.selected.length === 1 ? groupAt(state.doc, state.selected[0] as string) : null,
  );
  return (
    <section className="inspector" aria-label={t("panel.label")}>
      {step ? (
        <OfStep key={step.key} step={step} />
      ) : note ? (
        <OfNote key={note.id} note={note} />
      ) : group ? (
        <OfGroup key={group.id} group={group} />
      ) : selected.length > 1 ? (
        <OfMany n={selected.length} />
      ) : (
        <OfNothing />
      )}
    </section>
  );
}

function OfStep({ step }: { step: Step }) {
  const session = useSession();
  const tab = usePart((state) => state.tab);
  const type = session.types.of(step.type);
  const trigger = type?.kind === "trigger";
  const tabs: { id: Tab; title: string }[] = [
    { id: "setup", title: t("tab.setup") },
    ...(trigger ? [] : [{ id: "reliability" as const, title: t("tab.reliability") }]),
    { id: "sample", title: t("tab.sample") },
    { id: "notes", title: t("tab.notes") },
  ];
  const shown = tabs.some((one) => one.id === tab) ? tab : "setup";
  useAskedFocus(step.key);
  return (
    <>
      <div className="inspector-head">
        <Tile kind={type?.kind ?? "data"} icon={type?.icon ?? "step"} />
        <div className="grow">
          <StepName step={step} />
          <small>
            {type?.title ?? step.type} · <code>{step.key}</code>
          </small>
        </div>
        <Menu label={t("panel.more")}>
          <ActionItem id="duplicate" />
          <ActionItem id="replace" />
          <ActionItem id="delete" danger />
        </Menu>
      </div>
      <Tabs label={t("panel.tabs")} tabs={tabs} chosen={shown} onChoose={(id) => session.tab(id as Tab)}>
        {shown === "setup" && <SetUpTab step={step} type={type} />}
        {shown === "reliability" && <ReliabilityTab step={step} type={type} />}
        {shown === "sample" && <SampleTab step={step} type={type} />}
        {shown === "notes" && <NotesTab step={step} />}
      </Tabs>
    </>
  );
}

function StepName({ step }: { step: Step }) {
  const session = useSession();
  const [text, setText] = useState(step.name);
  useEffect(() => setText(step.name), [step.name]);
  return (
    <input
      className="step-name"
      aria-label={t("panel.name")}
      value={text}
      maxLength={120}
      onChange={(event) => {
        setText(event.target.value);
        if (event.target.value.trim()) session.settings.rename(step.key, event.target.value);
      }}
      onBlur={() => setText(step.name)}
    />
  );
}

function OfMany({ n }: { n: number }) {
  const session = useSession();
  return (
    <div className="stack">
      <h2>{t("panel.many", { n })}</h2>
      <div className="row">
        <button type="button" className="btn" onClick={() => session.clipboard.duplicate()}>
          {t("panel.duplicate")}
        </button>
        <button type="button" className="btn" onClick={() => session.arrangement.group()}>
          {t("group.do.group")}
        </button>
        <button type="button" className="btn" onClick={() => void session.steps.tidy()}>
          {t("tools.tidy")}
        </button>
        <button type="button" className="btn danger" onClick={() => session.steps.deleteSelection()}>
          {t("panel.delete")}
        </button>
      </div>
      <section>
        <h3>{t("action.align")}</h3>
        <div className="align-list">
          {["left", "center", "right", "top", "middle", "bottom", "across", "down"].map((side) => (
            <ActionItem key={side} id={`align.${side}`} />
          ))}
        </div>
      </section>
    </div>
  );
}

function OfNothing() {
  const steps = usePart((state) => state.doc.nodes.length);
  if (steps) return <WorkflowPanel />;
  return (
    <div className="empty">
      <h2>{t("panel.none.title")}</h2>
      <p>{t("canvas.empty.text")}</p>
    </div>
  );
}
