import { expect, test } from "vitest";
import type { OfferedAction } from "../../api/connections";
import { found, grouped, keyOf } from "../action-search";

const action = (name: string, title: string, group = ""): OfferedAction => ({ name, title, group, help: "" });
const ACTIONS = [
  action("shop.refund", "Refund an order", "Orders"),
  action("shop.stock", "Set stock", "Products"),
  action("shop.note", "Add a note to an order", "Orders"),
];
const names = (actions: readonly OfferedAction[]): string[] => actions.map((one) => one.name);

test("every word has to be in the title or the name, whatever its case", () => {
  expect(names(found(ACTIONS, "ORDER"))).toEqual(["shop.refund", "shop.note"]);
  expect(names(found(ACTIONS, " order  note "))).toEqual(["shop.note"]);
  expect(names(found(ACTIONS, "shop.st"))).toEqual(["shop.stock"]);
  expect(found(ACTIONS, "")).toEqual(ACTIONS);
  expect(found(ACTIONS, "order stock")).toEqual([]);
});

test("groups stand in the order of their first action", () => {
  expect(grouped(ACTIONS).map(([group, actions]) => [group, names(actions)])).toEqual([
    ["Orders", ["shop.refund", "shop.note"]],
    ["Products", ["shop.stock"]],
  ]);
});

test("the key of an operation may hold dots and slashes", () => {
  expect([keyOf("vendure.note"), keyOf("http.GET /v1.0/orders")]).toEqual(["note", "GET /v1.0/orders"]);
});
