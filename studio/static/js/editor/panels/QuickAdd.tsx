// The list behind a "+": search, arrows, Enter.
import { useEffect, useRef, useState } from "react";
import { t } from "../../i18n/t";
import { Icon, Tile } from "../parts/Icon";
import { usePart, useSession } from "../session/context";
import { found } from "./StepTypes";

export function QuickAdd() {
  const at = usePart((state) => state.quickAdd);
  return at && <List key={`${at.x} ${at.y}`} x={at.x} y={at.y} />;
}

const SIZE = { width: 280, height: 360 };

function List({ x, y }: { x: number; y: number }) {
  const session = useSession();
  const place = usePart((state) => state.quickAdd?.place);
  const [search, setSearch] = useState("");
  const [index, setIndex] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const types = place?.kind === "instead" ? session.steps.replaceable(place.key) : session.types.all;
  const groups = found(types, search, place?.kind === "instead");
  const all = groups.flatMap((group) => group.types);
  const close = (): void => session.store.set({ quickAdd: null });
  useEffect(() => {
    const before = document.activeElement;
    box.current?.querySelector("input")?.focus();
    const outside = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) session.store.set({ quickAdd: null });
    };
    document.addEventListener("pointerdown", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [session]);
  const left = Math.max(8, Math.min(x - SIZE.width / 2, window.innerWidth - SIZE.width - 8));
  const top = Math.max(8, Math.min(y, window.innerHeight - SIZE.height - 8));
  return (
    <div
      ref={box}
      className="quick-add"
      role="dialog"
      aria-label={t(place?.kind === "instead" ? "quick.replace" : "quick.label")}
      style={{ left, top }}
    >
      <div className="search">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls="quick-add-list"
          aria-activedescendant={all[index] ? `quick-${all[index].key}` : undefined}
          aria-label={t("palette.find")}
          placeholder={t("palette.find")}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            setIndex(0);
          }}
          onKeyDown={(event) => {
            const chosen = all[index];
            if (event.key === "ArrowDown") setIndex(Math.min(index + 1, all.length - 1));
            else if (event.key === "ArrowUp") setIndex(Math.max(index - 1, 0));
            else if (event.key === "Enter" && chosen && place) session.steps.place(chosen, place);
            else if (event.key === "Escape" || event.key === "Tab") close();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
      </div>
      <div className="quick-list" id="quick-add-list" role="listbox" aria-label={t("palette.label")}>
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <div className="quick-head" aria-hidden="true">
              {group.title}
            </div>
            {group.types.map((type) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above takes the keys
              <div
                key={type.key}
                id={`quick-${type.key}`}
                className="quick-item"
                role="option"
                tabIndex={-1}
                aria-selected={all[index] === type}
                ref={(element) => {
                  if (all[index] === type) element?.scrollIntoView({ block: "nearest" });
                }}
                onClick={() => place && session.steps.place(type, place)}
              >
                <Tile kind={type.kind} icon={type.icon} small />
                {type.title}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
