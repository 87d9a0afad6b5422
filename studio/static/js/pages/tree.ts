// pre[data-tree] holding JSON becomes a tree that opens and closes; without scripts it stays readable as it is. Parts are
// built when they are opened, so a large payload costs nothing at first. data-tree="2" opens two levels. data-find on it,
// holding the field's label, puts a field above that leaves only what holds a text; data-none says that nothing does.
import { entries, type Json, pruned } from "./pruned";

const FEW = 12;
/** Levels that are open where something was looked for. */
const ALL = 9;

export function trees(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>("pre[data-tree]")) {
    let data: Json;
    try {
      data = JSON.parse(place.textContent ?? "") as Json;
    } catch {
      continue; // not JSON: it stays a text
    }
    if (data === null || typeof data !== "object") continue;
    const tree = document.createElement("div");
    tree.className = "tree code";
    const open = Number(place.dataset.tree || 1);
    tree.append(list(data, open));
    place.replaceWith(tree);
    if (place.dataset.find && entries(data, FEW) >= FEW) tree.before(finding(tree, data, place.dataset));
  }
}

function finding(tree: HTMLElement, data: Json, { tree: levels, find = "", none = "" }: DOMStringMap): HTMLElement {
  const open = Number(levels || 1);
  const field = document.createElement("input");
  field.type = "search";
  field.className = "input tree-find";
  field.placeholder = find;
  field.setAttribute("aria-label", find);
  field.dataset.keyAnywhere = "/";
  field.addEventListener("click", () => field.focus());
  field.addEventListener("input", () => {
    const wanted = field.value.trim();
    const left = wanted ? pruned(data, wanted) : data;
    tree.replaceChildren(left === undefined ? text("tree-none", none) : list(left, wanted ? ALL : open));
  });
  return field;
}

function list(data: Json, open: number): HTMLElement {
  const made = document.createElement("ul");
  if (data === null || typeof data !== "object") return made;
  for (const [key, value] of Object.entries(data)) made.append(item(key, value, open));
  return made;
}

function item(key: string, value: Json, open: number): HTMLElement {
  const made = document.createElement("li");
  if (value === null || typeof value !== "object" || Object.keys(value).length === 0) {
    made.className = "leaf";
    const shown = text("tree-value", JSON.stringify(value));
    shown.classList.add("full");
    made.append(text("tree-key", key), shown);
    return made;
  }
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  const size = Object.keys(value).length;
  summary.append(text("tree-key", key), text("tree-value", Array.isArray(value) ? `[${size}]` : `{${size}}`));
  details.append(summary);
  const fill = (): void => {
    if (details.open && details.childElementCount === 1) details.append(list(value, open - 1));
  };
  details.addEventListener("toggle", fill);
  details.open = open > 0;
  fill();
  made.append(details);
  return made;
}

function text(className: string, content: string): HTMLElement {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = content;
  return made;
}
