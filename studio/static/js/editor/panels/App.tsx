// The frame of the builder: header, palette (or the list of steps), canvas, set-up panel, problems.
import { ReactFlowProvider } from "@xyflow/react";
import { t } from "../../i18n/t";
import { Canvas } from "../canvas/Canvas";
import { SessionContext, usePart, useSession } from "../session/context";
import type { Session } from "../session/session";
import { useAskedFocus } from "./asked-focus";
import { ConflictBanner } from "./ConflictBanner";
import { Dialogs } from "./dialogs/Dialogs";
import { Header } from "./Header";
import { Inspector } from "./Inspector";
import { useLeaving } from "./leaving";
import { Palette } from "./Palette";
import { Problems } from "./Problems";
import { QuickAdd } from "./QuickAdd";
import { StepList } from "./StepList";
import { useShortcuts } from "./shortcuts";

export function App({ session }: { session: Session }) {
  useShortcuts(session);
  useLeaving(session);
  return (
    <SessionContext value={session}>
      <ReactFlowProvider>
        <Frame />
        <QuickAdd />
        <Dialogs />
        <Toast />
      </ReactFlowProvider>
    </SessionContext>
  );
}

function Frame() {
  const session = useSession();
  const left = usePart((state) => state.left);
  useAskedFocus(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears that a field inside was left
    <div className={left === "list" ? "builder with-list" : "builder"} onBlur={() => session.settle()}>
      <Header />
      <ConflictBanner />
      {left === "list" ? <StepList /> : <Palette />}
      <section className="stage" aria-label={t("stage.canvas")}>
        <Canvas />
      </section>
      <Inspector />
      <Problems />
    </div>
  );
}

function Toast() {
  const toast = usePart((state) => state.toast);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toast && <div className={`toast ${toast.tone}`}>{toast.text}</div>}
    </div>
  );
}
