// Nothing is lost on leaving.
import { useEffect } from "react";
import type { Session } from "../session/session";

/** A link waits for the save. A closed tab sends along what is unsaved, and the browser asks, since nobody is left to
 * hear of a refusal. */
export function useLeaving(session: Session): void {
  useEffect(() => {
    const hide = (): void => {
      if (document.visibilityState === "hidden" && session.dirty) void session.saveNow(true);
    };
    const leave = (event: BeforeUnloadEvent): void => {
      if (!session.dirty) return;
      void session.saveNow(true);
      event.preventDefault();
    };
    const follow = (event: MouseEvent): void => {
      const link = linkOf(event);
      if (!link || !session.dirty) return;
      event.preventDefault();
      leaveFor(session, link.href);
    };
    document.addEventListener("visibilitychange", hide);
    document.addEventListener("click", follow);
    window.addEventListener("beforeunload", leave);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      document.removeEventListener("click", follow);
      window.removeEventListener("beforeunload", leave);
    };
  }, [session]);
}

/** To another page, once what is unsaved is kept: that page may be about it. */
export function leaveFor(session: Session, address: string): void {
  void session.saveNow().finally(() => window.location.assign(address));
}

/** The link that a click follows in this very tab. */
function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
    return null;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  return link?.href && !link.download && link.target !== "_blank" ? link : null;
}
