// Texts as an expression quotes them, and what a field shows of them.

/** What stands between the quotation marks; null for what is no text alone, or is escaped in ways a field cannot show. */
export function textOf(source: string): string | null {
  const single = /^'([^'"\\\n]*)'$/.exec(source);
  if (single) return single[1] ?? "";
  if (!source.startsWith('"')) return null;
  try {
    const text: unknown = JSON.parse(source);
    return typeof text === "string" ? text : null;
  } catch {
    return null;
  }
}

export const quoted = (text: string): string => (text === "" ? "" : JSON.stringify(text));
