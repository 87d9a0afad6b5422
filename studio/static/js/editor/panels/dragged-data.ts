// What is dragged out of the tree of data: the path of a value.
const DRAGGED_DATA = "application/x-studio-data";

/** While it is dragged, everything with data-takes="data" shows that it can be dropped there. */
export function drag(event: React.DragEvent, path: string): void {
  event.dataTransfer.setData(DRAGGED_DATA, path);
  event.dataTransfer.effectAllowed = "copy";
  document.body.dataset.dragging = "data";
}

export function dragEnd(): void {
  delete document.body.dataset.dragging;
}

/** Allows the drop; false where something else is dragged. */
export function takes(event: DragEvent): boolean {
  if (!event.dataTransfer?.types.includes(DRAGGED_DATA)) return false;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  return true;
}

/** The path that was dropped; "" where it was something else. */
export function dropped(event: DragEvent): string {
  const path = event.dataTransfer?.getData(DRAGGED_DATA) ?? "";
  if (path) event.preventDefault();
  return path;
}
