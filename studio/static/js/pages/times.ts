// <time datetime title>: what the server wrote relative ("2 minutes ago") stays true while the page is open. The words
// are chosen as the server chooses them, so nothing jumps.
const EVERY_MS = 30_000;
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;
/** From 1.2 of a unit on, it is told in that unit: the server's own rule. */
const THRESHOLD = 1.2;

export function times(): void {
  setInterval(() => {
    if (document.visibilityState === "visible") refresh(new Date());
  }, EVERY_MS);
}

function refresh(now: Date): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[datetime][title]")) {
    const text = relative((Date.parse(time.dateTime) - now.getTime()) / 1_000, document.documentElement.lang);
    if (text) time.textContent = text;
  }
}

/** Null beyond a day: there the absolute time stands. */
export function relative(seconds: number, language: string): string | null {
  if (Number.isNaN(seconds) || Math.abs(seconds) >= 86_400) return null;
  for (const [unit, size] of UNITS) {
    const value = Math.abs(seconds) / size;
    if (value < THRESHOLD && unit !== "second") continue;
    const amount = Math.max(unit === "second" ? 1 : 0, Math.round(value));
    return new Intl.RelativeTimeFormat(language || "en", { numeric: "always" }).format(
      seconds < 0 ? -amount : amount,
      unit,
    );
  }
  return null;
}
