// What can be added. Drag it onto the canvas, or click it (Enter) to add it behind the selected step.
import { useState } from "react";
import { t } from "../../i18n/t";
import type { NodeTypeInfo } from "../api/types";
import { DRAGGED_TYPE } from "../canvas/dragged";
import { Icon, Tile } from "../parts/Icon";
import { useSession } from "../session/context";
import { found } from "./StepTypes";

export function Palette() {
  const session = useSession();
  const [search, setSearch] = useState("");
  const groups = found(session.types.all, search);
  const first = groups[0]?.types[0];
  return (
    <section className="palette" aria-label={t("palette.label")}>
      <div className="search" data-field="nodes">
        <Icon name="search" />
        <input
          id="palette-search"
          className="input"
          type="search"
          autoComplete="off"
          value={search}
          placeholder={t("palette.find")}
          aria-label={t("palette.find")}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && first) session.steps.add(first);
            else if (event.key === "Escape") setSearch("");
            else if (event.key === "ArrowDown") document.querySelector<HTMLElement>(".palette-item")?.focus();
            else return;
            event.preventDefault();
          }}
        />
        <kbd>/</kbd>
      </div>
      {groups.map((group) => (
        <section key={group.title}>
          <h2>{group.title}</h2>
          {group.types.map((type) => (
            <Item key={type.key} type={type} />
          ))}
        </section>
      ))}
      {groups.length === 0 && <p className="small">{t("palette.none", { search })}</p>}
    </section>
  );
}

function Item({ type }: { type: NodeTypeInfo }) {
  const session = useSession();
  return (
    <button
      type="button"
      className="palette-item"
      draggable
      title={type.help}
      data-node-type={type.key}
      onClick={() => session.steps.add(type)}
      onKeyDown={(event) => step(event.key, event.currentTarget) && event.preventDefault()}
      onDragStart={(event) => {
        event.dataTransfer.setData(DRAGGED_TYPE, type.key);
        event.dataTransfer.effectAllowed = "copy";
      }}
    >
      <Tile kind={type.kind} icon={type.icon} />
      <span>{type.title}</span>
    </button>
  );
}

/** Arrow keys walk through the list. */
function step(key: string, from: HTMLElement): boolean {
  if (key !== "ArrowDown" && key !== "ArrowUp") return false;
  const items = [...document.querySelectorAll<HTMLElement>(".palette-item")];
  const next = items[items.indexOf(from) + (key === "ArrowDown" ? 1 : -1)];
  (next ?? document.querySelector<HTMLElement>("#palette-search"))?.focus();
  return true;
}
