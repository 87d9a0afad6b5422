// The one place that talks to the server.
import type { Json, WorkflowDocument } from "../document/types";
import type {
  BacktestWish,
  Change,
  Checked,
  Completion,
  DataNode,
  Heat,
  Preview,
  Refusal,
  Restored,
  Sample,
  Saved,
  Stage,
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

/** The session has ended; signing in again, in another tab too, mends it. */
export class SignedOut extends Unreachable {}

export interface Field {
  readonly document: WorkflowDocument;
  readonly node: string;
  readonly source: string;
  readonly template: boolean;
}

/** What steps gave, by their keys. */
export type Outputs = { readonly [key: string]: Json };

export type Api = ReturnType<typeof api>;

interface Session {
  csrf: string;
  /** The token of a session that began since; null: nobody is signed in. */
  renewed(): Promise<string | null>;
}

export function api(base: string, csrf: string, renewed: () => Promise<string | null> = tokenOfThisPage) {
  const session: Session = { csrf, renewed };
  const call = <T>(method: string, path: string, body?: unknown, more: RequestInit = {}): Promise<T> =>
    request<T>(
      base + path,
      { method, ...more, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
      session,
    );
  return {
    save: (revision: number, document: WorkflowDocument, keepalive = false) => {
      const body = { revision, document };
      return call<Saved>("PUT", "/draft", body, { keepalive: keepalive && outlivesThePage(body) });
    },
    check: (document: WorkflowDocument) => call<Checked>("POST", "/check", { document }),
    data: (document: WorkflowDocument, node: string) =>
      call<{ roots: DataNode[] }>("POST", "/data", { document, node }),
    complete: (field: Field & { position: number }) =>
      call<{ from: number; options: Completion[] }>("POST", "/complete", field),
    preview: (field: Field & { sample?: Json }, signal?: AbortSignal) =>
      call<Preview>("POST", "/preview", field, signal ? { signal } : {}),
    test: (document: WorkflowDocument, trigger: string, sample: Json, live: readonly string[]) =>
      call<TestResult>("POST", "/test", { document, trigger, sample, live }),
    testOne: (document: WorkflowDocument, trigger: string, sample: Json, only: string, outputs: Outputs) =>
      call<TestResult>("POST", "/test", { document, trigger, sample, only, outputs }),
    backtest: (wanted: BacktestWish) => call<{ id: string; url: string }>("POST", "/backtests", wanted),
    samples: (node: string, type: string) =>
      call<{ samples: Sample[] }>("GET", `/samples?node=${encodeURIComponent(node)}&type=${encodeURIComponent(type)}`),
    publish: (revision: number, note: string, stage: Stage | null) =>
      call<{ version: number; staged: string | null } & Checked>("POST", "/publish", { revision, note, stage }),
    versions: () => call<{ versions: Version[] }>("GET", "/versions"),
    restore: (number: number, revision: number) => call<Restored>("POST", `/versions/${number}/restore`, { revision }),
    enable: (enabled: boolean) => call<{ enabled: boolean }>("POST", "/enabled", { enabled }),
    heat: (span: string) => call<Heat>("GET", `/heat?span=${span}`),
    changes: () => call<{ changes: Change[] }>("GET", "/changes"),
  };
}

/** Browsers refuse to carry more than 64 KiB past the end of a page; a larger save is sent like any other. */
const outlivesThePage = (body: unknown): boolean => new TextEncoder().encode(JSON.stringify(body)).length < 60_000;

async function request<T>(url: string, init: RequestInit, session: Session): Promise<T> {
  const answer = await sent(url, init, session.csrf);
  if (answer.ok && isJson(answer)) return (await answer.json()) as T;
  if (answer.status === 502 || answer.status === 503 || answer.status === 504)
    throw new Unreachable(String(answer.status));
  if (answer.ok || answer.status === 401) throw new SignedOut(); // it led to the page that asks who we are
  const refused = await refusal(answer);
  if (refused.code !== "csrf") throw new Refused(refused);
  const csrf = await session.renewed();
  if (csrf === null || csrf === session.csrf) throw new SignedOut();
  session.csrf = csrf;
  return request<T>(url, init, session);
}

async function sent(url: string, init: RequestInit, csrf: string): Promise<Response> {
  try {
    return await fetch(url, {
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
}

/** One look at something that is not of this workflow. */
export const read = <T>(url: string): Promise<T> =>
  request<T>(url, { method: "GET" }, { csrf: "", renewed: tokenOfThisPage });

const isJson = (answer: Response): boolean => answer.headers.get("Content-Type")?.includes("json") ?? false;

async function refusal(answer: Response): Promise<Refusal> {
  try {
    return (await answer.json()) as Refusal;
  } catch {
    return { title: `${answer.status} ${answer.statusText}`, status: answer.status, code: `http.${answer.status}` };
  }
}

/** This page, asked for again, carries one in its boot data. */
async function tokenOfThisPage(): Promise<string | null> {
  const page = await sent(window.location.href, {}, "").then((answer) => answer.text());
  const boot = new DOMParser().parseFromString(page, "text/html").getElementById("boot")?.textContent;
  return boot ? (JSON.parse(boot) as { csrf: string }).csrf : null;
}
