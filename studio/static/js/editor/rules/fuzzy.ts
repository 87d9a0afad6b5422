// How well a text fits what somebody types. Pure.

/** Larger is better; null: it does not fit. Every word stands in the text: as its beginning, at the beginning of a word,
 * within one, or at least as letters in that order, begun at the beginning of a word. */
export function fitness(search: string, text: string): number | null {
  const words = folded(search).split(/\s+/).filter(Boolean);
  const plain = folded(text);
  let sum = 0;
  for (const word of words) {
    const one = fitnessOfWord(word, plain);
    if (one === null) return null;
    sum += one;
  }
  return sum - plain.length / 1_000;
}

function fitnessOfWord(word: string, text: string): number | null {
  const at = text.indexOf(word);
  if (at === 0) return 4;
  if (at > 0 && starts(text, at)) return 3;
  if (at > 0) return 2;
  for (let begin = 0; begin < text.length; begin += 1)
    if (starts(text, begin) && isWithin(word, text.slice(begin, begin + 3 * word.length + 4))) return 1;
  return null;
}

const starts = (text: string, at: number): boolean => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "");

/** All letters of a word, in their order, the first one at the beginning. */
function isWithin(word: string, text: string): boolean {
  if (word.length < 2 || text[0] !== word[0]) return false;
  let at = 0;
  for (const letter of text) if (letter === word[at]) at += 1;
  return at >= word.length;
}

const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Those that fit, the best first; of equals, in their order. Each has several texts, the first of which counts most. */
export function ranked<T>(all: readonly T[], search: string, texts: (one: T) => readonly string[]): T[] {
  const scored = all.flatMap((one) => {
    const [first = "", ...others] = texts(one);
    const whole = fitness(search, [first, ...others].join(" "));
    if (whole === null) return [];
    return [{ one, score: fitness(search, first) ?? whole - 5 }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ one }) => one);
}
