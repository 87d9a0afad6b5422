// Which of the workspace's connections does it.
import { useEffect } from "react";
import { t } from "../../../i18n/t";
import { type ConnectionChoice, PLACE } from "../../api/connections";
import { useSession } from "../../session/context";
import { NoAnswer, useAnswer } from "./answer";
import type { InputProps } from "./props";

export function ConnectionPicker({ id, describedBy, invalid, value, onChange }: InputProps) {
  const { boot, connections } = useSession();
  const { value: choices, error, again } = useAnswer("choices", connections.choices);
  useEffect(() => {
    // whoever went away to connect an account comes back to a list that has it
    const back = (): void => {
      connections.forget();
      again();
    };
    window.addEventListener("focus", back);
    return () => window.removeEventListener("focus", back);
  }, [connections, again]);
  const named = typeof value === "string" ? value : "";
  const chosen = choices?.find((one) => one.handle === named);
  const none = choices?.length === 0;
  const connects = none && boot.can_connect;
  return (
    <div className="stack tight">
      <select
        id={id}
        className="input"
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-busy={(!choices && !error) || undefined}
        value={named}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{t(choices ? (none ? "connection.none" : "connection.choose") : "loading")}</option>
        {named !== "" && !chosen && (
          <option value={named}>{choices ? t("connection.gone", { name: named }) : named}</option>
        )}
        {choices?.map((one) => (
          <option key={one.handle} value={one.handle}>
            {inWords(one)}
          </option>
        ))}
      </select>
      {error && <NoAnswer error={error} again={again} />}
      <div className="row">
        {chosen && (
          <a href={`${PLACE}/${chosen.handle}`} target="_blank" rel="noopener">
            {t("connection.open")}
          </a>
        )}
        <a href={connects ? `${PLACE}/new` : PLACE} target="_blank" rel="noopener">
          {t(connects ? "connection.connect" : "connection.all")}
        </a>
        {none && !connects && <small>{t("connection.ask")}</small>}
      </div>
    </div>
  );
}

const inWords = ({ title, system, state }: ConnectionChoice): string => [title, system, state].join(" · ");
