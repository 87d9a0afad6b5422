// How panels reach the session.
import { createContext, useContext } from "react";
import type { Session } from "./session";
import type { State } from "./state";
import { useStore } from "./store";

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("no session above this component");
  return session;
}

export function usePart<P>(part: (state: State) => P): P {
  return useStore(useSession().store, part);
}
