// What of a tree of data holds a text, in a name or a plain value, with the ways there. Pure.
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** undefined: nothing does. A list becomes an object of its numbers, so that each keeps its own. */
export function pruned(data: Json, wanted: string): Json | undefined {
  const low = wanted.toLowerCase();
  if (data === null || typeof data !== "object")
    return (typeof data === "string" ? data : JSON.stringify(data)).toLowerCase().includes(low) ? data : undefined;
  const left: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(data)) {
    const named = !Array.isArray(data) && key.toLowerCase().includes(low);
    const kept = named ? value : pruned(value, wanted);
    if (kept !== undefined) left[key] = kept;
  }
  return Object.keys(left).length > 0 ? left : undefined;
}

/** How many entries there are in all, counted no further than to `most`. */
export function entries(data: Json, most: number): number {
  if (data === null || typeof data !== "object") return 0;
  let found = 0;
  for (const value of Object.values(data)) {
    found += 1 + entries(value, most - found);
    if (found >= most) break;
  }
  return found;
}
