import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fromMoment, toMoment } from "../moments";

test.each([
  ["2026-12-01T00:00", "Europe/Berlin", "2026-11-30T23:00:00Z"],
  ["2026-07-01T00:00", "Europe/Berlin", "2026-06-30T22:00:00Z"],
  ["2026-03-29T03:00", "Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["2026-12-01T00:00", "America/New_York", "2026-12-01T05:00:00Z"],
  ["2026-12-01T08:30:15", "UTC", "2026-12-01T08:30:15Z"],
])("%s in %s is %s, there and back", (local, zone, moment) => {
  expect(toMoment(local, zone)).toBe(moment);
  expect(fromMoment(moment, zone)).toBe(local);
});

test.each(["0002", "0020", "0202", "2026"])("%s, a year on its way, is read again as it was typed", (year) => {
  for (const zone of ["UTC", "Europe/Berlin", "America/New_York"]) {
    const local = `${year}-12-01T08:30`;
    expect(fromMoment(toMoment(local, zone) ?? "", zone)).toBe(local);
  }
});

test("a day alone begins in UTC, as the server reads it", () => {
  expect(fromMoment("2026-12-01", "Europe/Berlin")).toBe("2026-12-01T01:00");
});

test.each(["", "soon", "2026-12-01T00:00", "2026-12-01T00:00:00.5Z", "2026-13-01T00:00:00Z"])(
  "%s is no moment",
  (text) => {
    expect(fromMoment(text, "UTC")).toBeNull();
  },
);

test("half a date is none", () => {
  expect(toMoment("", "UTC")).toBeNull();
  expect(toMoment("2026-12-01", "UTC")).toBeNull();
});

test("every moment is found again by the clock of its zone", () => {
  const zones = fc.constantFrom("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Auckland");
  const minutes = fc.integer({ min: 0, max: 60_000_000 });
  fc.assert(
    fc.property(minutes, zones, (minute, zone) => {
      const local = fromMoment(new Date(minute * 60_000).toISOString(), zone) ?? "";
      const back = toMoment(local, zone) ?? "";
      expect(fromMoment(back, zone)).toBe(local); // an hour that comes twice is its one or its other
    }),
  );
});
