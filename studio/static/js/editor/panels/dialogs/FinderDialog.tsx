// Ctrl+K: the steps that are here, the commands, and the steps that can be added, found by a few letters.
import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { t } from "../../../i18n/t";
import { Icon, Tile } from "../../parts/Icon";
import { ranked } from "../../rules/fuzzy";
import { useSession } from "../../session/context";
import type { Session } from "../../session/session";
import { ACTIONS, type Action, can, titleOf } from "../actions/actions";
import { isMac, shown } from "../actions/chords";

interface Found {
  readonly id: string;
  readonly title: string;
  readonly beside: string;
  readonly face: ReactNode;
  readonly key?: string;
  run(): void;
}

interface Section {
  readonly title: string;
  readonly items: readonly Found[];
}

const SHOWN = 12;

function keyOf(action: Action): { key?: string } {
  const [usual] = action.keys ?? [];
  const key = usual ? shown(usual, isMac()) : action.card;
  return key ? { key } : {};
}

function sections(session: Session, search: string): Section[] {
  const { state, types } = session;
  const steps = ranked(state.doc.nodes, search, (n) => [n.name, n.key, types.of(n.type)?.title ?? n.type, n.type]);
  const actions = ACTIONS.filter((action) => action.id !== "find" && can(action, state, session));
  const commands = ranked(actions, search, (action) => [titleOf(action, state)]);
  const kinds = search.trim() ? ranked(types.all, search, (type) => [type.title, type.key]) : [];
  const all: Section[] = [
    {
      title: t("finder.steps"),
      items: steps.slice(0, search.trim() ? SHOWN : 5).map((step) => {
        const type = types.of(step.type);
        return {
          id: `step-${step.key}`,
          title: step.name,
          beside: type && type.title !== step.name ? type.title : step.key,
          face: <Tile kind={type?.kind ?? "data"} icon={type?.icon ?? "step"} small />,
          run: () => session.show(step.key),
        };
      }),
    },
    {
      title: t("finder.commands"),
      items: (search.trim() ? commands.slice(0, SHOWN) : commands).map((action) => ({
        id: `action-${action.id}`,
        title: titleOf(action, state),
        beside: "",
        face: <Icon name={action.icon} />,
        ...keyOf(action),
        run: () => action.run(session),
      })),
    },
    {
      title: t("finder.add"),
      items: kinds.slice(0, SHOWN).map((type) => ({
        id: `add-${type.key}`,
        title: type.title,
        beside: "",
        face: <Tile kind={type.kind} icon={type.icon} small />,
        run: () => session.steps.add(type),
      })),
    },
  ];
  return all.filter((section) => section.items.length > 0);
}

export function FinderDialog() {
  const session = useSession();
  const [search, setSearch] = useState("");
  const [index, setIndex] = useState(0);
  const ref = useRef<HTMLDialogElement>(null);
  const list = useId();
  const found = sections(session, search);
  const all = found.flatMap((section) => section.items);
  const marked = all[Math.min(index, all.length - 1)];
  const close = (): void => session.dialog(null);
  const choose = (item: Found): void => {
    ref.current?.close(); // the focus goes back first, so that a command may give it to something else
    close();
    item.run();
  };
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className="dialog finder"
      aria-label={t("action.find")}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onPointerDown={(event) => event.target === event.currentTarget && close()}
    >
      <div className="search">
        <Icon name="search" />
        <input
          className="input"
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={marked ? `found-${marked.id}` : undefined}
          aria-label={t("action.find")}
          placeholder={t("finder.hint")}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setIndex(0);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") setIndex((index + 1) % Math.max(1, all.length));
            else if (event.key === "ArrowUp") setIndex((index + all.length - 1) % Math.max(1, all.length));
            else if (event.key === "Enter" && marked) choose(marked);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div id={list} className="quick-list" role="listbox" aria-label={t("finder.found")}>
        {found.map((section) => (
          <div key={section.title} role="group" aria-label={section.title}>
            <div className="quick-head" aria-hidden="true">
              {section.title}
            </div>
            {section.items.map((item) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above takes the keys
              <div
                key={item.id}
                id={`found-${item.id}`}
                className="quick-item"
                role="option"
                tabIndex={-1}
                aria-selected={item === marked}
                ref={(element) => {
                  if (item === marked) element?.scrollIntoView({ block: "nearest" });
                }}
                onClick={() => choose(item)}
              >
                <span className="finder-face">{item.face}</span>
                <span className="grow truncate">{item.title}</span>
                {item.beside && <small className="truncate">{item.beside}</small>}
                {item.key && <kbd>{item.key}</kbd>}
              </div>
            ))}
          </div>
        ))}
      </div>
      <p className="finder-none small" role="status">
        {all.length === 0 && t("finder.none", { search })}
      </p>
    </dialog>
  );
}
