import type { WorkflowDocument } from "../document/types";

/** The document as a file, as it is drawn now. */
export function download(doc: WorkflowDocument): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(doc, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${
    doc.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "workflow"
  }.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
