// [data-poll="5"] with an id: asked for again every 5 s while the page is seen, and swapped when it changed. The address
// is the page's own or [data-poll-url]; the answer is that page or the fragment, with an ETag, so that "nothing new"
// costs next to nothing. A swapped fragment without data-poll ends it. [data-poll-with="head dialogs"] names other places
// of the page, by id, that say the same state and are swapped along.
const SLOWEST_S = 60;

const polls = new Map<string, Poll>();

export function polling(enhance: (root: ParentNode) => void): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-poll][id]")) {
    const poll = new Poll(place.id, enhance);
    polls.set(place.id, poll);
    poll.later();
  }
}

/** Whoever knows that there is something new does not wait for the next turn. */
export const askNow = (id: string): void => void polls.get(id)?.ask();

class Poll {
  private etag: string | null = null;
  private failures = 0;
  private timer = 0;

  constructor(
    private readonly id: string,
    private readonly enhance: (root: ParentNode) => void,
  ) {}

  private get place(): HTMLElement | null {
    return document.getElementById(this.id);
  }

  later(): void {
    const seconds = Number(this.place?.dataset.poll);
    if (!(seconds > 0)) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), Math.min(seconds * 2 ** this.failures, SLOWEST_S) * 1_000);
  }

  async ask(): Promise<void> {
    const place = this.place;
    if (!place) return;
    if (document.visibilityState === "hidden" || isUsed(place)) {
      this.later();
      return;
    }
    try {
      const answer = await fetch(place.dataset.pollUrl ?? location.href, {
        credentials: "same-origin",
        cache: "no-store",
        headers: { Accept: "text/html", ...(this.etag ? { "If-None-Match": this.etag } : {}) },
      });
      this.failures = answer.ok || answer.status === 304 ? 0 : this.failures + 1;
      if (answer.ok && !answer.redirected) {
        this.etag = answer.headers.get("ETag");
        this.swap(place, await answer.text());
      }
    } catch {
      this.failures += 1; // offline: asked again, more slowly
    }
    this.later();
  }

  private swap(place: HTMLElement, html: string): void {
    const page = new DOMParser().parseFromString(html, "text/html");
    const others = place.dataset.pollWith?.split(" ").map((id) => document.getElementById(id)) ?? [];
    for (const one of [place, ...others]) if (one) this.swapOne(one, page.getElementById(one.id));
  }

  private swapOne(place: HTMLElement, fresh: HTMLElement | null): void {
    if (!fresh || fresh.outerHTML === place.outerHTML || isUsed(place)) return;
    const open = new Set([...place.querySelectorAll("details[open][id]")].map((one) => one.id));
    const focused = place.contains(document.activeElement) ? document.activeElement?.id : "";
    const now = document.importNode(fresh, true);
    place.replaceWith(now);
    for (const details of now.querySelectorAll<HTMLDetailsElement>("details[id]"))
      if (open.has(details.id)) details.open = true;
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    this.enhance(now);
  }
}

/** Nobody's typing, choosing or open menu is taken away under their hands. */
function isUsed(place: HTMLElement): boolean {
  if (place.dataset.held !== undefined) return true;
  if (place.querySelector("details.menu[open], dialog[open], input:checked")) return true;
  const active = document.activeElement;
  return active !== null && place.contains(active) && active.matches("input, textarea, select");
}
