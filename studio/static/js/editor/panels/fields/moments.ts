// A date as a person enters it, by the clock of a time zone, and as an expression holds it: a moment, wherever it is read.

const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/;
const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.0+)?(?:Z|[+-]\d\d:\d\d))?$/;

/** "2026-12-01T00:00" in Berlin is "2026-11-30T23:00:00Z"; null for what is no whole date. */
export function toMoment(local: string, zone: string): string | null {
  const wall = LOCAL.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  if (Number.isNaN(wall)) return null;
  // the zone is as far from UTC as it is at that moment, not as at the same reading in UTC
  const near = wall - ahead(wall, zone);
  return new Date(wall - ahead(near, zone)).toISOString().replace(".000Z", "Z");
}

/** The way back, as a date field takes it; null for what is no moment to the second. */
export function fromMoment(moment: string, zone: string): string | null {
  const at = MOMENT.test(moment) ? Date.parse(moment) : Number.NaN;
  if (Number.isNaN(at)) return null;
  const wall = new Date(at + ahead(at, zone)).toISOString();
  return /^\d{4}-/.test(wall) ? wall.slice(0, wall.endsWith(":00.000Z") ? 16 : 19) : null;
}

/** By how many milliseconds the clocks of a zone are ahead of UTC at a moment. */
function ahead(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wall = new Date(0);
  wall.setUTCFullYear(of("year"), of("month") - 1, of("day")); // Date.UTC takes 2, the first digit of 2026, for 1902
  return wall.setUTCHours(of("hour"), of("minute"), of("second"), 0) - Math.floor(at / 1000) * 1000;
}
