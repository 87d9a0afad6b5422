import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WorkflowDocument } from "../../document/types";
import { Autosave, PAUSE_MS, type SaveState } from "../autosave";
import { Refused, SignedOut, Unreachable } from "../client";
import type { Saved } from "../types";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const named = (name: string): WorkflowDocument => ({ schema: "studio.workflow/1", name, nodes: [], edges: [] });
const answer = (revision: number): Saved => ({
  revision,
  problems: [],
  node_info: {},
  saved_at: "2026-01-01T00:00:00Z",
  changed: true,
});

function setting() {
  let doc = named("first");
  const states: SaveState[] = [];
  const save = vi.fn(async (revision: number, _document: WorkflowDocument) => answer(revision + 1));
  const autosave = new Autosave(
    { document: () => doc, save, state: (state) => void states.push(state), saved: () => undefined },
    7,
  );
  const change = (name: string): void => {
    doc = named(name);
    autosave.touch();
  };
  return { autosave, save, states, change, adopt: (next: WorkflowDocument) => (doc = next) };
}

test("many changes in a row are one save, with the last of them", async () => {
  const { save, change } = setting();
  for (const name of ["a", "b", "c"]) change(name);
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  expect(save).toHaveBeenCalledTimes(1);
  expect(save).toHaveBeenCalledWith(7, named("c"), false);
});

test("a change during a save is saved after it, on the new revision", async () => {
  const { save, change, states } = setting();
  save.mockImplementationOnce(async (revision) => {
    change("later");
    return answer(revision + 1);
  });
  change("a");
  await vi.advanceTimersByTimeAsync(3 * PAUSE_MS);
  expect(save.mock.calls.map(([revision, document]) => [revision, document.name])).toEqual([
    [7, "a"],
    [8, "later"],
  ]);
  expect(states.at(-1)?.kind).toBe("saved");
});

test("offline, it tries again and says so", async () => {
  const { save, change, states } = setting();
  save.mockRejectedValueOnce(new Unreachable());
  change("a");
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  expect(states.at(-1)).toEqual({ kind: "offline" });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states.at(-1)?.kind).toBe("saved");
});

test("somebody else's revision is never written over unasked; asked, mine is kept", async () => {
  const { autosave, save, change, states } = setting();
  const current = { revision: 12, document: named("theirs"), by: "Jonas", at: "2026-01-01T00:00:00Z" };
  save.mockRejectedValueOnce(new Refused({ title: "Conflict", status: 409, code: "draft.conflict", current }));
  change("mine");
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  expect(states.at(-1)).toEqual({ kind: "conflict", current });
  change("mine too");
  await vi.advanceTimersByTimeAsync(10 * PAUSE_MS);
  expect(save).toHaveBeenCalledTimes(1);
  await autosave.overwrite(current);
  expect(save).toHaveBeenLastCalledWith(12, named("mine too"), false);
});

test("taking theirs leaves nothing to save", async () => {
  const { autosave, adopt, save } = setting();
  const theirs = named("theirs");
  adopt(theirs);
  autosave.adopt(12, theirs);
  await autosave.flush();
  expect(save).not.toHaveBeenCalled();
  expect(autosave.revision).toBe(12);
});

test("signed out, it says so and tries again", async () => {
  const { save, change, states } = setting();
  save.mockRejectedValueOnce(new SignedOut());
  change("a");
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  expect(states.at(-1)?.kind).toBe("signed_out");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(states.at(-1)?.kind).toBe("saved");
});
