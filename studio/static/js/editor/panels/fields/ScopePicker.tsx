// A channel, store or warehouse of the chosen connection: one that it has, or a text of one's own.
import { useState } from "react";
import { t, tIfKnown } from "../../../i18n/t";
import { useSession } from "../../session/context";
import { useAnswer } from "./answer";
import { CodeField } from "./CodeField";
import type { InputProps } from "./props";
import { TextField } from "./Scalars";
import { useBeside } from "./scope";

const OWN = "own text";

export function ScopePicker(props: InputProps) {
  const { id, describedBy, invalid, path, value, schema, onChange } = props;
  const { connections } = useSession();
  const handle = useBeside(path, "connection");
  const { value: offers } = useAnswer(handle === "" ? null : handle, () => connections.offers(handle, ""));
  const [byHand, setByHand] = useState(false);
  const named = typeof value === "string" ? value : "";
  const chosen = offers?.scopes.find((one) => one.id === named || one.name === named);
  const listed = offers && offers.scopes.length > 0;
  if (!listed || byHand || (named !== "" && !chosen))
    return (
      <>
        {schema["x-template"] ? <CodeField {...props} mode="template" /> : <TextField {...props} />}
        {listed && (
          <div>
            <button
              type="button"
              className="link-btn small"
              onClick={() => {
                setByHand(false);
                if (!chosen) onChange("");
              }}
            >
              {t("scope.listed")}
            </button>
          </div>
        )}
      </>
    );
  return (
    <select
      id={id}
      className="input"
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
      value={chosen?.id ?? ""}
      onChange={(event) => (event.target.value === OWN ? setByHand(true) : onChange(event.target.value))}
    >
      <option value="">{t(schema["x-template"] ? "scope.own_account" : "scope.none")}</option>
      {offers.scopes.map((one) => (
        <option key={one.id} value={one.id}>
          {t("scope.one", { name: one.name, kind: tIfKnown(`scope.${one.kind}`, one.kind) })}
        </option>
      ))}
      <option value={OWN}>{t(schema["x-template"] ? "scope.data" : "scope.other")}</option>
    </select>
  );
}
