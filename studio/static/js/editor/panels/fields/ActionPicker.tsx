// What the chosen connection shall do: a search over its actions, with what each is for.
import { type KeyboardEvent, type ReactNode, useState } from "react";
import { t } from "../../../i18n/t";
import type { OfferedAction } from "../../api/connections";
import { found, grouped, keyOf } from "../../rules/action-search";
import { useSession } from "../../session/context";
import { NoAnswer, useAnswer } from "./answer";
import type { InputProps } from "./props";
import { beside, useBeside, useScope } from "./scope";

export function ActionPicker({ id, labelledBy, describedBy, invalid, path, value }: InputProps) {
  const session = useSession();
  const { connections } = session;
  const { step } = useScope();
  const [search, setSearch] = useState<string | null>(null); // null: the list is closed
  const [index, setIndex] = useState(0);
  const named = typeof value === "string" ? value : "";
  const handle = useBeside(path, "connection");
  const all = useAnswer(handle === "" ? null : handle, () => connections.offers(handle, ""));
  const narrow = all.value?.more ? (search ?? "").trim() : "";
  const some = useAnswer(narrow === "" ? null : `${handle} ${narrow}`, () => connections.offers(handle, narrow));
  const here = all.value?.actions.find((one) => one.name === named);
  const far = named !== "" && !here && all.value?.more === true;
  const other = useAnswer(far ? `${handle} ${named}` : null, () => connections.offers(handle, keyOf(named)));
  const chosen = here ?? other.value?.actions.find((one) => one.name === named);

  if (handle === "") {
    const said = t("action.connection_first");
    return <input id={id} className="input" type="text" disabled aria-describedby={describedBy} placeholder={said} />;
  }
  const error = all.error ?? some.error;
  const shown = grouped(narrow === "" ? found(all.value?.actions ?? [], search ?? "") : (some.value?.actions ?? []));
  const flat = shown.flatMap(([, actions]) => actions);
  const open = search !== null;
  const waiting = !error && (!all.value || (narrow !== "" && !some.value));

  const choose = (one: OfferedAction): void => {
    setSearch(null);
    connections
      .choose(step.key, path, beside(path, "input"), handle, one.name)
      .catch((failed: unknown) => session.sayError(failed));
  };
  const type = (text: string): void => {
    setSearch(text);
    setIndex(0);
  };
  const pressed = (event: KeyboardEvent): void => {
    const at = flat[index];
    if (event.key === "ArrowDown") {
      if (open) setIndex(Math.min(index + 1, flat.length - 1));
      else setSearch("");
    } else if (!open) return;
    else if (event.key === "ArrowUp") setIndex(Math.max(index - 1, 0));
    else if (event.key === "Enter" && at) choose(at);
    else if (event.key === "Escape") setSearch(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className="stack tight">
      <input
        id={id}
        className="input"
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && flat[index] ? `${id}-option-${index}` : undefined}
        aria-describedby={describedBy}
        aria-invalid={invalid || undefined}
        aria-busy={waiting || undefined}
        placeholder={open && chosen ? chosen.title : t("action.choose")}
        value={search ?? chosen?.title ?? named}
        onClick={() => !open && type("")}
        onChange={(event) => type(event.target.value)}
        onKeyDown={pressed}
        onBlur={() => setSearch(null)}
      />
      {open && (
        <div
          id={`${id}-list`}
          className="action-list"
          role="listbox"
          tabIndex={-1}
          aria-labelledby={labelledBy}
          onMouseDown={(event) => event.preventDefault()}
        >
          {shown.map(([group, actions]) => (
            <Group key={group} title={group}>
              {actions.map((one) => {
                const at = flat.indexOf(one);
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above takes the keys
                  <div
                    key={one.name}
                    id={`${id}-option-${at}`}
                    className="quick-item action-item"
                    role="option"
                    tabIndex={-1}
                    aria-selected={at === index}
                    ref={(element) => {
                      if (at === index) element?.scrollIntoView({ block: "nearest" });
                    }}
                    onClick={() => choose(one)}
                  >
                    {one.title}
                    {one.help && <small>{one.help}</small>}
                  </div>
                );
              })}
            </Group>
          ))}
        </div>
      )}
      {open && !waiting && !error && flat.length === 0 && (
        <small role="status">{t(search?.trim() ? "action.not_found" : "action.none")}</small>
      )}
      {open && (narrow === "" ? all.value : some.value)?.more && <small>{t("action.more")}</small>}
      {!open && chosen?.help && <small>{chosen.help}</small>}
      {error && <NoAnswer error={error} again={all.error ? all.again : some.again} />}
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  if (!title) return children;
  return (
    <div role="group" aria-label={title}>
      <div className="quick-head" aria-hidden="true">
        {title}
      </div>
      {children}
    </div>
  );
}
