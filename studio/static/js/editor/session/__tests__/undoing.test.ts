import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Refused } from "../../api/client";
import type { Boot, NodeTypeInfo, Saved } from "../../api/types";
import { allIds, groupsOf, notesOf } from "../../document/layout";
import { logicOf } from "../../document/logic";
import type { WorkflowDocument } from "../../document/types";
import { Session } from "../session";

const type = (key: string, kind: string, more = {}): NodeTypeInfo =>
  ({ key, kind, version: 1, title: key, ports: ["next"], port_names: {}, ...more }) as unknown as NodeTypeInfo;
const TYPES = [
  type("trigger.webhook", "trigger"),
  type("data.set", "data"),
  type("flow.for_each", "flow", { is_loop: true, ports: ["each", "next"] }),
];

const FIRST: WorkflowDocument = {
  schema: "studio.workflow/1",
  name: "W",
  nodes: [
    { key: "a", type: "trigger.webhook", version: 1, name: "A", config: {}, position: { x: 0, y: 0 } },
    { key: "b", type: "data.set", version: 1, name: "B", config: {}, position: { x: 0, y: 120 } },
  ],
  edges: [{ from: "a", port: "next", to: "b" }],
};

/** A session, and a server that keeps what is saved; `clash` says that somebody else saved before. */
function opened() {
  const boot = {
    workflow: { id: "1", name: "W", enabled: false, published_version: 1, changed: false },
    document: FIRST,
    revision: 1,
    node_types: TYPES,
    problems: [],
    node_info: {},
    people: [],
    secrets: [],
    workflows: [],
    csrf: "",
    urls: { api: "/api" },
  } as unknown as Boot;
  const session = new Session(boot);
  const server = { document: FIRST, revision: 1, clash: false };
  Object.assign(session.api, {
    save: async (revision: number, document: WorkflowDocument): Promise<Saved> => {
      const at = "2026-01-01T00:00:00Z";
      if (server.clash) {
        server.clash = false;
        server.revision += 1;
        server.document = { ...server.document, name: `Theirs ${server.revision}` };
      }
      if (revision !== server.revision) {
        const current = { document: server.document, revision: server.revision, by: "Anna", at };
        throw new Refused({ title: "", status: 409, code: "draft.conflict", current } as never);
      }
      server.revision += 1;
      server.document = document;
      const changed = JSON.stringify(logicOf(document)) !== JSON.stringify(logicOf(FIRST));
      return { revision: server.revision, saved_at: at, changed, problems: [], node_info: {} } as unknown as Saved;
    },
    check: async () => ({ problems: [], node_info: {} }),
  });
  return { session, server };
}

type Numbers = [kind: number, a: number, b: number];

async function gesture({ session, server }: ReturnType<typeof opened>, [kind, a, b]: Numbers): Promise<void> {
  const { doc } = session.state;
  const ids = allIds(doc);
  const id = ids[a % Math.max(1, ids.length)] ?? "a";
  const note = notesOf(doc)[a % Math.max(1, notesOf(doc).length)];
  const group = groupsOf(doc)[a % Math.max(1, groupsOf(doc).length)];
  const place = { x: a * 40, y: b * 40 };
  const verbs: (() => unknown)[] = [
    () => session.steps.add(TYPES[b % 3] as NodeTypeInfo),
    () => session.steps.addAt(TYPES[1 + (b % 2)] as NodeTypeInfo, place, null),
    () => session.steps.moveTo(new Map([[id, place]])),
    () => session.select([id, ids[b % Math.max(1, ids.length)] ?? "b"]),
    () => session.steps.deleteSelection(),
    () => session.clipboard.duplicate(),
    () => session.arrangement.addNote(place),
    () => note && session.arrangement.setNote(note.id, { text: `Text ${b}` }),
    () => session.arrangement.resize(id, { x: 20, y: 20 }),
    () => session.arrangement.group(),
    () => session.arrangement.ungroup([id]),
    () => session.arrangement.toggle(id),
    () => group && session.arrangement.nameGroup(group.id, `Group ${b}`),
    () => session.arrangement.putInto(id, b % 2 ? (group?.id ?? null) : null),
    () => session.settings.rename(id, `Step ${b}`),
    () => session.settle(),
    () => session.saveNow(),
    async () => {
      server.clash = session.dirty;
      await session.saveNow();
      if (b % 2) session.remote.loadTheirs();
      else await session.remote.keepMine();
    },
  ];
  await verbs[kind % verbs.length]?.();
}

test("across saves and conflicts, undoing everything gives the first document and redoing it the last", async () => {
  const numbers = fc.array(fc.tuple(fc.nat(200), fc.nat(12), fc.nat(12)), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(numbers, async (all) => {
      const here = opened();
      const { session, server } = here;
      for (const one of all) await gesture(here, one);
      const last = session.state.doc;
      while (session.state.history.past.length) session.undo();
      expect(session.state.doc).toEqual(FIRST);
      await session.saveNow();
      expect(server.document).toEqual(FIRST);
      expect(session.state.changed).toBe(false);
      while (session.state.history.future.length) session.redo();
      expect(session.state.doc).toEqual(last);
    }),
    { numRuns: 100 },
  );
});

test("notes, groups, places and what is collapsed never make the workflow changed", async () => {
  const here = opened();
  const { session } = here;
  for (const numbers of [
    [2, 1, 3],
    [6, 1, 3],
    [7, 0, 3],
    [8, 2, 0],
    [3, 0, 1],
    [9, 0, 0],
    [12, 0, 1],
    [11, 3, 0],
    [10, 3, 0],
  ]) {
    await gesture(here, numbers as Numbers);
    expect(session.state.changed, `gesture ${numbers}`).toBe(false);
    await session.saveNow();
    expect(session.state.changed, `gesture ${numbers}, saved`).toBe(false);
  }
  expect(session.state.history.past.map((command) => command.label)).toEqual([
    "command.move",
    "command.note",
    "command.note.edit",
    "command.note.edit",
    "command.group",
    "command.group.name",
    "command.collapse",
    "command.ungroup",
  ]);
});
