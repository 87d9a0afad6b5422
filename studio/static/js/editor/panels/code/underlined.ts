// Which part of a field's text is underlined. The server's answer may be about the text as it was a moment ago.

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Null where there is nothing to underline: the field is empty, or what was wrong is gone. */
export function underlined(span: readonly [number, number] | null, length: number): Range | null {
  if (length === 0) return null;
  if (span === null) return { from: 0, to: length };
  const [from, to] = [Math.max(0, span[0]), Math.min(span[1], length)];
  return from < to ? { from, to } : null;
}

/** Whether a problem may be about this part of what was written; one without a place may be about any. */
export function concerns(span: readonly [number, number] | null, length: number): boolean {
  return span === null || (span[0] <= length && span[1] >= 0);
}
