import { expect, test } from "vitest";
import { fitness, ranked } from "../fuzzy";

test("what begins so comes first, then a word that does, then any place, then letters in their order", () => {
  const names = ["Send e-mail", "Mail is sent", "Approval", "E-mail the team", "Publish…", "Amount is large"];
  expect(ranked(names, "mail", (name) => [name])).toEqual(["Mail is sent", "Send e-mail", "E-mail the team"]);
  expect(ranked(names, "apvl", (name) => [name])).toEqual(["Approval"]);
  expect(ranked(names, "team mail", (name) => [name])).toEqual(["E-mail the team"]);
  expect(ranked(names, "zzz", (name) => [name])).toEqual([]);
  expect(ranked(names, " ", (name) => [name])).toHaveLength(names.length);
});

test("accents and case do not count", () => {
  expect(fitness("verandern", "Verändern")).not.toBeNull();
  expect(fitness("PUBLICACION", "publicación")).not.toBeNull();
});

test("a step is found by its key and its type, behind those found by their name", () => {
  const steps = [
    { name: "Tell the ERP", key: "refund", type: "HTTP request" },
    { name: "Refund?", key: "if", type: "If" },
  ];
  const texts = (one: (typeof steps)[number]) => [one.name, one.key, one.type];
  expect(ranked(steps, "refund", texts).map((one) => one.key)).toEqual(["if", "refund"]);
  expect(ranked(steps, "http", texts).map((one) => one.key)).toEqual(["refund"]);
});
