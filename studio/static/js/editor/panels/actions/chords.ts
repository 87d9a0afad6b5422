// "Ctrl+Shift+G": what is pressed together. Ctrl is Cmd on a Mac.

export interface Pressed {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Whether an event presses exactly this. A sign that needs Shift on some keyboards ("?", "+") is taken as it comes. */
export function presses(chord: string, event: Pressed): boolean {
  const parts = chord.split("+");
  const key = chord.endsWith("++") ? "+" : (parts.at(-1) ?? "");
  const has = (name: string): boolean => parts.includes(name);
  if (has("Ctrl") !== (event.ctrlKey || event.metaKey) || has("Alt") !== event.altKey) return false;
  const letter = /^[A-Z]$/.test(key);
  // Alt makes other signs of letters on some keyboards: then the place of the key counts
  if (letter && event.altKey) return has("Shift") === event.shiftKey && event.code === `Key${key}`;
  if (letter) return has("Shift") === event.shiftKey && event.key.toUpperCase() === key;
  // Shift makes another sign of a digit on each keyboard, and a digit of another sign on some
  if (/^[0-9]$/.test(key)) return has("Shift") === event.shiftKey && event.code === `Digit${key}`;
  if (key.length > 1 && has("Shift") !== event.shiftKey) return false;
  return event.key === key;
}

/** As people of this machine read it. */
export const shown = (chord: string, mac: boolean): string =>
  mac ? chord.replace("Ctrl", "⌘").replace("Shift", "⇧").replace("Alt", "⌥") : chord.replaceAll("+", " + ");

export const isMac = (): boolean => /mac|iphone|ipad/i.test(navigator.platform);
