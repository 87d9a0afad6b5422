// Every text a person reads goes through t(). The English messages are the keys' home; a page may bring translations in
// <script type="application/json" id="messages">, which the server makes from its catalogs.
import { type MessageKey, messages } from "./messages";

type Values = Readonly<Record<string, string | number>>;

export type { MessageKey };

let translated: Readonly<Record<string, string>> = {};

export function takeTranslations(texts: Readonly<Record<string, string>>): void {
  translated = texts;
}

/** The text for a key. `{name}` takes a value; "one|many" chooses by `n`. */
export function t(key: MessageKey, values: Values = {}): string {
  const text = translated[key] ?? messages[key];
  return chosen(text, values).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function chosen(text: string, values: Values): string {
  const [one, many] = text.split("|");
  if (many === undefined || one === undefined) return text;
  return values.n === 1 ? one : many;
}

const isKey = (text: string): text is MessageKey => Object.hasOwn(messages, text);

/** For texts whose key is put together, such as a command's label or a refusal's code. */
export const tIfKnown = (key: string, otherwise: string): string => (isKey(key) ? t(key) : otherwise);

/** "2 s ago", "5 min ago": relative up to a day. */
export function ago(then: Date, now: Date, locale: string): string {
  const seconds = Math.round((now.getTime() - then.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  if (Math.abs(seconds) < 5) return t("time.now");
  if (Math.abs(seconds) < 60) return format.format(-seconds, "second");
  if (Math.abs(seconds) < 3600) return format.format(-Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return format.format(-Math.round(seconds / 3600), "hour");
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(then);
}
