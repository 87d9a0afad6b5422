// Tidying up in a worker, so that the page answers meanwhile.
import type { WorkflowDocument } from "../document/types";
import type { Looks } from "./tidy";
import type { Answer, Question } from "./tidy.worker";

/** New places for all steps, or for `only` those. Rejects where the browser starts no worker. */
export function arranged(
  script: string,
  doc: WorkflowDocument,
  looks: Looks,
  only: ReadonlySet<string> | null = null,
): Promise<Answer> {
  const worker = new Worker(script, { type: "module" });
  return new Promise<Answer>((done, failed) => {
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => done(data));
    worker.addEventListener("error", (event) => failed(new Error(event.message || "the worker did not start")));
    worker.postMessage({ doc, looks, only } satisfies Question);
  }).finally(() => worker.terminate());
}
