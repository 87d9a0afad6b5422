import { afterEach, expect, test, vi } from "vitest";
import type { Boot } from "../../api/types";
import type { JsonObject, WorkflowDocument } from "../../document/types";
import { Session } from "../session";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const step = (config: JsonObject): WorkflowDocument => ({
  schema: "studio.workflow/1",
  name: "W",
  nodes: [{ key: "act", type: "connection.action", version: 1, name: "Act", config }],
  edges: [],
});

const schemaOf = (...names: string[]) => ({
  type: "object",
  properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
});

/** A session on a step, and a server that knows the form of one action. */
function opened(config: JsonObject, answer: () => Response) {
  vi.useFakeTimers(); // saving waits for them
  const fetched = vi.fn<typeof fetch>(async () => answer());
  vi.stubGlobal("fetch", fetched);
  const boot = {
    workflow: { id: "1", name: "W", enabled: false, published_version: null, changed: false },
    document: step(config),
    revision: 1,
    node_types: [],
    problems: [],
    node_info: {},
    people: [],
    secrets: [],
    workflows: [],
    csrf: "",
    urls: { api: "/api" },
  } as unknown as Boot;
  const session = new Session(boot);
  return { session, fetched, config: () => session.state.doc.nodes[0]?.config };
}

const json = (body: unknown, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });

const BEFORE = { connection: "shop", action: "shop.refund", input: { order: "A", amount: "3" } };

test("another action keeps what both have, and one undo brings all of it back", async () => {
  const { session, fetched, config } = opened(BEFORE, () =>
    json({ name: "shop.note", schema: schemaOf("order", "text") }),
  );
  await session.connections.choose("act", ["action"], ["input"], "shop", "shop.note");
  expect(config()).toEqual({ connection: "shop", action: "shop.note", input: { order: "A" } });
  expect(fetched.mock.calls.map(([url]) => url)).toEqual(["/connections/shop/actions/shop.note"]);
  session.undo();
  expect(config()).toEqual(BEFORE);
});

test("where its form does not come, the choice stands and nothing that is filled in is lost", async () => {
  const { session, fetched, config } = opened(BEFORE, () => json({ title: "Not found", status: 404, code: "x" }, 404));
  await expect(session.connections.choose("act", ["action"], ["input"], "shop", "shop.note")).rejects.toThrow();
  expect(config()).toEqual({ ...BEFORE, action: "shop.note" });
  await expect(session.connections.form("shop", "shop.note")).rejects.toThrow();
  expect(fetched).toHaveBeenCalledTimes(2); // a refusal is not kept
});

test("an answer is asked for once, and again when it is to be forgotten", async () => {
  const { session, fetched } = opened(BEFORE, () => json([]));
  await Promise.all([session.connections.choices(), session.connections.choices()]);
  expect(fetched).toHaveBeenCalledTimes(1);
  session.connections.forget();
  await session.connections.choices();
  expect(fetched).toHaveBeenCalledTimes(2);
});

test("a later choice is not undone by the form of an earlier one", async () => {
  const { session, config } = opened(BEFORE, () => json({ name: "x", schema: schemaOf() }));
  const first = session.connections.choose("act", ["action"], ["input"], "shop", "shop.note");
  session.settings.configure("act", ["action"], "shop.refund");
  await first;
  expect(config()).toEqual(BEFORE);
});
