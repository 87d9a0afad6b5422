// "Data from earlier steps": what this step may use, with sample values. A click puts the path into the field that had
// the cursor last; dragged, it goes where it is dropped.
import { useState } from "react";
import { t } from "../../i18n/t";
import type { DataNode } from "../api/types";
import type { Step } from "../document/types";
import { Icon } from "../parts/Icon";
import { useSession } from "../session/context";
import { drag, dragEnd } from "./dragged-data";
import { useEarlierData } from "./earlier-data";

export function DataPicker({ step }: { step: Step }) {
  const roots = useEarlierData(step);
  const used = JSON.stringify(step.config);
  const [search, setSearch] = useState("");
  if (!roots?.length) return null;
  return (
    <section className="card data-picker" aria-label={t("data.title")}>
      <div className="bar">
        <h3 className="grow">{t("data.title")}</h3>
        <input
          className="input small-input"
          type="search"
          placeholder={t("data.find")}
          aria-label={t("data.find")}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <div className="tree">
        <ul>
          {roots.map((node) => (
            <Node key={node.path} node={node} used={used} search={search.toLowerCase()} depth={0} />
          ))}
        </ul>
      </div>
    </section>
  );
}

interface NodeProps {
  node: DataNode;
  used: string;
  search: string;
  depth: number;
}

function Node({ node, used, search, depth }: NodeProps) {
  const [turned, setTurned] = useState<boolean | null>(null);
  if (search && !fits(node, search)) return null;
  if (node.children.length === 0)
    return (
      <li className="leaf">
        <Pick node={node} used={used} />
        <span className="tree-value" title={shown(node.sample)}>
          {shown(node.sample)}
        </span>
      </li>
    );
  const open = search !== "" || (turned ?? depth < 2);
  const list = node.type === "list" || Array.isArray(node.sample);
  return (
    <li>
      <span className="branch">
        <button
          type="button"
          className="tree-turn"
          aria-expanded={open}
          aria-label={t("data.open", { path: node.path })}
          onClick={() => setTurned(!open)}
        >
          <Icon name={open ? "chevron-down" : "chevron-right"} />
        </button>
        <Pick node={node} used={used} />
        <span className="tree-value">{list ? t("data.list") : ""}</span>
      </span>
      {open && (
        <ul>
          {node.children.map((child) => (
            <Node key={child.path} node={child} used={used} search={search} depth={depth + 1} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Pick({ node, used }: { node: DataNode; used: string }) {
  const session = useSession();
  return (
    <button
      type="button"
      className={used.includes(node.path) && node.children.length === 0 ? "tree-pick used" : "tree-pick"}
      title={node.path}
      aria-label={t("data.insert", { label: node.label, path: node.path })}
      draggable
      onDragStart={(event) => drag(event, node.path)}
      onDragEnd={dragEnd}
      onClick={(event) => {
        event.preventDefault();
        if (session.insertIntoField) session.insertIntoField(node.path);
        else session.say(t("data.nofield"), "plain");
      }}
    >
      {node.label}
    </button>
  );
}

const fits = (node: DataNode, search: string): boolean =>
  node.path.toLowerCase().includes(search) || node.children.some((child) => fits(child, search));

function shown(sample: unknown): string {
  if (sample === undefined) return "";
  return typeof sample === "string" ? `"${sample}"` : JSON.stringify(sample);
}
