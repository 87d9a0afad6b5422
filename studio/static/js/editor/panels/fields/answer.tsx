// An answer that a field waits for, and what it says where none comes.
import { useCallback, useEffect, useState } from "react";
import { t } from "../../../i18n/t";
import { Refused, SignedOut, Unreachable } from "../../api/client";

export interface Answer<T> {
  readonly value: T | undefined;
  readonly error: Error | undefined;
  again(): void;
}

/** Asks whenever `key` changes; null: there is nothing to ask. An earlier key's answer never shows. */
export function useAnswer<T>(key: string | null, ask: () => Promise<T>): Answer<T> {
  const [held, setHeld] = useState<{ key: string; value?: T; error?: Error } | null>(null);
  const [n, setN] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what is asked; n asks once more
  useEffect(() => {
    if (key === null) return;
    let gone = false;
    ask().then(
      (value) => !gone && setHeld({ key, value }),
      (error: unknown) => !gone && setHeld({ key, error: error instanceof Error ? error : new Error(String(error)) }),
    );
    return () => {
      gone = true;
    };
  }, [key, n]);
  const again = useCallback(() => setN((before) => before + 1), []);
  const mine = held?.key === key ? held : null;
  return { value: mine?.value, error: mine?.error, again };
}

/** Why nothing came, and once more; `advice` stands there instead where asking again would be refused again. */
export function NoAnswer({ error, again, advice }: { error: Error; again: () => void; advice?: string }) {
  const final = advice !== undefined && error instanceof Refused && error.refusal.status < 500;
  return (
    <p className="error" role="alert">
      {inWords(error)}{" "}
      {final ? (
        advice
      ) : (
        <button type="button" className="link-btn" onClick={again}>
          {t("answer.again")}
        </button>
      )}
    </p>
  );
}

function inWords(error: Error): string {
  if (error instanceof SignedOut) return t("error.signed_out");
  if (error instanceof Unreachable) return t("answer.unreachable");
  return error instanceof Refused ? error.message : t("answer.failed");
}
