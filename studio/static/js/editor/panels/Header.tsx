// Above: where we are, what state it is in, and the verbs for the whole workflow.
import { useEffect, useState } from "react";
import { ago, t, tIfKnown } from "../../i18n/t";
import type { SaveState } from "../api/autosave";
import { Icon } from "../parts/Icon";
import { Menu } from "../parts/Menu";
import { usePart, useSession } from "../session/context";
import { ActionItem } from "./actions/ActionItem";

export function Header() {
  const session = useSession();
  const left = usePart((state) => state.left);
  const errors = usePart((state) => state.problems.filter((problem) => problem.severity === "error").length);
  return (
    <header className="builder-head">
      <nav className="crumbs" aria-label={t("head.crumbs")}>
        <a href={session.boot.urls.workflows}>{t("head.workflows")}</a>
        <span aria-hidden="true">/</span>
      </nav>
      <Name />
      <StateChip />
      <span className="grow" />
      <Saved />
      <History />
      <button
        type="button"
        className="btn quiet icon-only"
        aria-pressed={left === "list"}
        aria-label={t("head.list")}
        title={t("head.list")}
        onClick={() => session.store.set({ left: left === "list" ? "palette" : "list" })}
      >
        <Icon name="list" />
      </button>
      <button type="button" className="btn" data-tour="test" onClick={() => session.dialog("test")}>
        {t("head.test")}
      </button>
      <button type="button" className="btn" onClick={() => session.dialog("backtest")}>
        {t("head.backtest")}
      </button>
      <span className="start">
        <Start button />
      </span>
      <button
        type="button"
        className="btn primary"
        data-tour="publish"
        disabled={!session.boot.can_publish}
        title={
          session.boot.can_publish
            ? errors
              ? t("head.publish.errors", { n: errors })
              : undefined
            : t("head.publish.seat")
        }
        onClick={() => session.dialog("publish")}
      >
        {t("head.publish")}
      </button>
      <More />
    </header>
  );
}

function Name() {
  const session = useSession();
  const name = usePart((state) => state.doc.name);
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  return (
    <h1 className="workflow-name">
      <span className="name-size" aria-hidden="true">
        {text || " "}
      </span>
      <input
        aria-label={t("head.name")}
        value={text}
        maxLength={120}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => {
          if (text.trim()) session.settings.nameWorkflow(text);
          else setText(name);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          else if (event.key === "Escape") {
            setText(name);
            event.stopPropagation();
          }
        }}
      />
    </h1>
  );
}

function StateChip() {
  const published = usePart((state) => state.published);
  const changed = usePart((state) => state.changed);
  const enabled = usePart((state) => state.enabled);
  const version = published ?? 0;
  return (
    <span className="row">
      {published === null ? (
        <span className="chip">{t("chip.never")}</span>
      ) : changed ? (
        <span className="chip warn">{t("chip.draft", { version })}</span>
      ) : (
        <span className="chip good">{t("chip.published", { version })}</span>
      )}
      {published !== null && !enabled && <span className="chip">{t("chip.off")}</span>}
    </span>
  );
}

const TICK_MS = 5_000;

function Saved() {
  const session = useSession();
  const save = usePart((state) => state.save);
  const [now, setNow] = useState(() => new Date());
  // biome-ignore lint/correctness/useExhaustiveDependencies: a save just now begins the count again
  useEffect(() => {
    setNow(new Date());
    const timer = setInterval(() => setNow(new Date()), TICK_MS);
    return () => clearInterval(timer);
  }, [save]);
  const bad = ["offline", "signed_out", "refused", "conflict"].includes(save.kind);
  return (
    <span className={bad ? "saved bad" : "saved"} role="status" data-save-state={save.kind}>
      {savedText(save, now, session.boot.locale)}
    </span>
  );
}

function savedText(save: SaveState, now: Date, locale: string): string {
  if (save.kind === "saved")
    return save.at ? t("save.saved", { ago: ago(save.at > now ? now : save.at, now, locale) }) : t("save.all");
  if (save.kind === "refused") return t("save.refused", { message: save.message });
  return tIfKnown(`save.${save.kind}`, save.kind);
}

function History() {
  const session = useSession();
  const past = usePart((state) => state.history.past.at(-1)?.label);
  const future = usePart((state) => state.history.future.at(-1)?.label);
  const title = (verb: "head.undo" | "head.redo", label: string | undefined): string =>
    label ? `${t(verb)}: ${tIfKnown(label, label)}` : t(verb);
  return (
    <span className="row tight">
      <button
        type="button"
        className="btn quiet icon-only"
        aria-label={t("head.undo")}
        title={title("head.undo", past)}
        disabled={past === undefined}
        onClick={() => session.undo()}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        className="btn quiet icon-only"
        aria-label={t("head.redo")}
        title={title("head.redo", future)}
        disabled={future === undefined}
        onClick={() => session.redo()}
      >
        <Icon name="redo" />
      </button>
    </span>
  );
}

/** A real run by hand: of what is published, while that is on. */
function Start({ button = false }: { button?: boolean }) {
  const session = useSession();
  const runs = usePart((state) => state.published !== null && state.enabled);
  const trigger = usePart((state) => state.doc.nodes.find((n) => state.infos[n.key]?.runs));
  if (!runs || !trigger) return null;
  return (
    <a
      className={button ? "btn" : undefined}
      data-tour={button ? "send" : undefined}
      href={session.boot.urls.start + trigger.key}
    >
      <Icon name="play" />
      {t(trigger.type === "trigger.manual" ? "more.start.form" : "more.start")}
    </a>
  );
}

function More() {
  const session = useSession();
  return (
    <Menu label={t("head.more")}>
      <ActionItem id="find" />
      <hr />
      <ActionItem id="shadow" />
      <ActionItem id="versions" />
      <ActionItem id="enable" />
      <Start />
      <a href={session.boot.urls.runs}>
        <Icon name="runs" />
        {t("more.runs")}
      </a>
      <ActionItem id="export" />
      <ActionItem id="minimap" />
      <hr />
      <ActionItem id="keyboard" />
    </Menu>
  );
}
