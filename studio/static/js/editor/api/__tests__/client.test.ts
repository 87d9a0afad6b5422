import { afterEach, expect, test, vi } from "vitest";
import type { WorkflowDocument } from "../../document/types";
import { api, Refused, SignedOut, Unreachable } from "../client";

afterEach(() => void vi.unstubAllGlobals());

const doc: WorkflowDocument = { schema: "studio.workflow/1", name: "W", nodes: [], edges: [] };
const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
const csrf = (): Response => json(403, { title: "Forbidden", status: 403, code: "csrf" });

function answering(...answers: Response[]) {
  const fetched = vi.fn<typeof fetch>();
  for (const answer of answers) fetched.mockResolvedValueOnce(answer);
  vi.stubGlobal("fetch", fetched);
  return fetched;
}

const tokens = (fetched: ReturnType<typeof answering>): unknown[] =>
  fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get("X-CSRF-Token"));

test("a new session's token is fetched once and kept", async () => {
  const fetched = answering(csrf(), json(200, { revision: 2 }), json(200, { revision: 3 }));
  const client = api("/api", "old", async () => "new");
  expect((await client.save(1, doc)).revision).toBe(2);
  await client.save(2, doc);
  expect(tokens(fetched)).toEqual(["old", "new", "new"]);
});

test.each([null, "old"])("without a new session (%s) nobody is signed in", async (token) => {
  answering(csrf());
  await expect(api("/api", "old", async () => token).save(1, doc)).rejects.toThrow(SignedOut);
});

test("an answer that leads to the sign-in page is no data", async () => {
  answering(new Response("<h1>Sign in</h1>", { status: 200, headers: { "Content-Type": "text/html" } }));
  await expect(api("/api", "old").versions()).rejects.toThrow(SignedOut);
});

test("what is refused says why; what is gone may come back", async () => {
  answering(json(422, { title: "Invalid", status: 422, code: "invalid", detail: "Too long." }), json(503, {}));
  const client = api("/api", "old");
  await expect(client.save(1, doc)).rejects.toThrow(
    new Refused({ title: "Invalid", status: 422, code: "invalid", detail: "Too long." }),
  );
  await expect(client.save(1, doc)).rejects.toThrow(Unreachable);
});

test("only a small save outlives the page", async () => {
  const fetched = answering(json(200, {}), json(200, {}));
  const client = api("/api", "old");
  await client.save(1, doc, true);
  await client.save(1, { ...doc, name: "x".repeat(70_000) }, true);
  expect(fetched.mock.calls.map(([, init]) => init?.keepalive)).toEqual([true, false]);
});
