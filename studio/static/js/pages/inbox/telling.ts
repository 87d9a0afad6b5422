// What /inbox/news tells, and how often it is asked. Pure.

export interface Told {
  /** Rows that need nothing more: a word for the chip, its colour, and who did what when. */
  readonly closed: readonly {
    readonly id: string;
    readonly chip: string;
    readonly kind: string;
    readonly text: string;
  }[];
  /** Rows that no longer ask what they show. */
  readonly changed: { readonly ids: readonly string[]; readonly chip: string; readonly text: string };
  /** How many the page would show besides. */
  readonly new: { readonly count: number; readonly text: string };
  /** The words of the tabs, in their order; empty: they stay. */
  readonly tabs: readonly string[];
}

const EVERY_MS = 10_000;
const SLOWEST_MS = 120_000;

/** Milliseconds until the next question: doubled with each failure in a row, to at most two minutes. */
export function pauseMs(failures: number): number {
  return Math.min(EVERY_MS * 2 ** Math.min(failures, 10), SLOWEST_MS);
}
