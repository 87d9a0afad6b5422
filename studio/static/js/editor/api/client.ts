// The one place that talks to the server.
import type { Json, WorkflowDocument } from "../document/types";
import type {
  Change,
  Checked,
  Completion,
  DataNode,
  Preview,
  Refusal,
  Restored,
  Sample,
  Saved,
  TestResult,
  Version,
} from "./types";

/** The server answered, and said no. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.detail ?? refusal.title);
  }
}

/** The server did not answer. */
export class Unreachable extends Error {}

export interface Field {
  readonly document: WorkflowDocument;
  readonly node: string;
  readonly source: string;
  readonly template: boolean;
}

export type Api = ReturnType<typeof api>;

export function api(base: string, csrf: string) {
  const call = <T>(method: string, path: string, body?: unknown, more: RequestInit = {}): Promise<T> =>
    request<T>(base + path, { method, ...more, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, csrf);
  return {
    save: (revision: number, document: WorkflowDocument, keepalive = false) =>
      call<Saved>("PUT", "/draft", { revision, document }, { keepalive }),
    check: (document: WorkflowDocument) => call<Checked>("POST", "/check", { document }),
    data: (document: WorkflowDocument, node: string) =>
      call<{ roots: DataNode[] }>("POST", "/data", { document, node }),
    complete: (field: Field & { position: number }) =>
      call<{ from: number; options: Completion[] }>("POST", "/complete", field),
    preview: (field: Field & { sample?: Json }, signal?: AbortSignal) =>
      call<Preview>("POST", "/preview", field, signal ? { signal } : {}),
    test: (document: WorkflowDocument, trigger: string, sample: Json, live: readonly string[]) =>
      call<TestResult>("POST", "/test", { document, trigger, sample, live }),
    samples: (node: string) => call<{ samples: Sample[] }>("GET", `/samples?node=${encodeURIComponent(node)}`),
    publish: (revision: number, note: string) =>
      call<{ version: number; enabled?: boolean } & Partial<Checked>>("POST", "/publish", { revision, note }),
    versions: () => call<{ versions: Version[] }>("GET", "/versions"),
    restore: (number: number, revision: number) => call<Restored>("POST", `/versions/${number}/restore`, { revision }),
    enable: (enabled: boolean) => call<{ enabled: boolean }>("POST", "/enabled", { enabled }),
    changes: () => call<{ changes: Change[] }>("GET", "/changes"),
  };
}

async function request<T>(url: string, init: RequestInit, csrf: string): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      ...init,
      credentials: "same-origin",
      headers: {
        Accept: "application/json",
        "X-CSRF-Token": csrf,
        ...(init.body ? { "Content-Type": "application/json" } : {}),
      },
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Unreachable("no answer", { cause });
  }
  if (answer.ok) return (await answer.json()) as T;
  if (answer.status === 502 || answer.status === 503 || answer.status === 504)
    throw new Unreachable(String(answer.status));
  throw new Refused(await refusal(answer));
}

async function refusal(answer: Response): Promise<Refusal> {
  try {
    return (await answer.json()) as Refusal;
  } catch {
    return { title: `${answer.status} ${answer.statusText}`, status: answer.status, code: `http.${answer.status}` };
  }
}
