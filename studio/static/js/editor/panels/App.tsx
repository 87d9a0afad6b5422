// The frame of the builder: header, palette, canvas (or the list of steps), set-up panel, problems.
import { ReactFlowProvider } from "@xyflow/react";
import { useEffect } from "react";
import { t } from "../../i18n/t";
import { Canvas } from "../canvas/Canvas";
import { SessionContext, usePart } from "../session/context";
import type { Session } from "../session/session";
import { ConflictBanner } from "./ConflictBanner";
import { Dialogs } from "./dialogs/Dialogs";
import { Header } from "./Header";
import { Inspector } from "./Inspector";
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
        <div className="builder">
          <Header />
          <ConflictBanner />
          <Palette />
          <Stage />
          <Inspector />
          <Problems />
        </div>
        <QuickAdd />
        <Dialogs />
        <Toast />
      </ReactFlowProvider>
    </SessionContext>
  );
}

function Stage() {
  const view = usePart((state) => state.view);
  return (
    <section className="stage" aria-label={t(view === "canvas" ? "stage.canvas" : "stage.list")}>
      {view === "canvas" ? <Canvas /> : <StepList />}
    </section>
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

/** Nothing is lost on leaving: what is unsaved goes out at once, and the browser asks if it could not. */
function useLeaving(session: Session): void {
  useEffect(() => {
    const hide = (): void => {
      if (document.visibilityState === "hidden" && session.dirty) void session.saveNow(true);
    };
    const leave = (event: BeforeUnloadEvent): void => {
      if (!session.dirty) return;
      void session.saveNow(true);
      event.preventDefault();
    };
    document.addEventListener("visibilitychange", hide);
    window.addEventListener("beforeunload", leave);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      window.removeEventListener("beforeunload", leave);
    };
  }, [session]);
}
