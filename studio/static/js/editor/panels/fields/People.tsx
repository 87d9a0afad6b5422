// People and groups, as chips; "user:…" and "group:…" in the document.
import { t } from "../../../i18n/t";
import type { Json } from "../../document/types";
import { Icon } from "../../parts/Icon";
import { useSession } from "../../session/context";
import type { InputProps } from "./props";

export function People({ id, labelledBy, describedBy, schema, value, onChange }: InputProps) {
  const { people } = useSession();
  const single = schema.type === "string";
  const refs: string[] = (Array.isArray(value) ? value : value ? [value] : []).map(String);
  const nameOf = (ref: string): string => people.find((person) => person.ref === ref)?.name ?? ref;
  const put = (next: string[]): void => onChange(single ? (next.at(-1) ?? "") : (next as Json));
  const left = people.filter((person) => !refs.includes(person.ref));
  return (
    <div className="input chips-input" role="group" aria-labelledby={labelledBy} aria-describedby={describedBy}>
      {refs.map((ref) => (
        <span key={ref} className="chip plain">
          {nameOf(ref)}
          <button
            type="button"
            className="chip-x"
            aria-label={t("people.remove", { name: nameOf(ref) })}
            onClick={() => put(refs.filter((one) => one !== ref))}
          >
            <Icon name="x" />
          </button>
        </span>
      ))}
      <select
        id={id}
        className="bare-select"
        aria-labelledby={labelledBy}
        value=""
        onChange={(event) => event.target.value && put([...(single ? [] : refs), event.target.value])}
      >
        <option value="">{t(refs.length ? "people.add" : "people.choose")}</option>
        {left.map((person) => (
          <option key={person.ref} value={person.ref}>
            {person.detail ? `${person.name} · ${person.detail}` : person.name}
          </option>
        ))}
      </select>
    </div>
  );
}
