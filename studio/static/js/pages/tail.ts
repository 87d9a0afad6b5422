// [data-tail="runs"][data-news="/runs/news?…"]: asks each second whether anything is newer than the list's first row
// ([data-newest]), and has the list swapped when there is. Asked less often when nobody moves, and not at all while the
// page is hidden. While it is paused the list stands still, and what has come meanwhile is counted. An answer is a few
// bytes, mostly 304: no connection is held.
import { askNow } from "./poll";

const LIVELY_S = 1;
const IDLE_S = 5;
const IDLE_AFTER_MS = 60_000;
const SLOWEST_S = 60;

interface News {
  readonly new: number;
  readonly more: boolean;
}

/** Seconds until the next look. */
export function rest(failures: number, idleMs: number): number {
  return Math.min((idleMs > IDLE_AFTER_MS ? IDLE_S : LIVELY_S) * 2 ** failures, SLOWEST_S);
}

export function tailing(): void {
  const bar = document.querySelector<HTMLElement>("[data-tail]");
  if (bar) new Tail(bar).begin();
}

class Tail {
  private failures = 0;
  private moved = Date.now();
  private etag = "";
  private asked = "";

  constructor(private readonly bar: HTMLElement) {}

  private get list(): HTMLElement | null {
    return document.getElementById(this.bar.dataset.tail ?? "");
  }

  private get button(): HTMLButtonElement | null {
    return this.bar.querySelector("button");
  }

  private get held(): boolean {
    return this.list?.dataset.held !== undefined;
  }

  begin(): void {
    for (const kind of ["pointermove", "keydown", "scroll", "visibilitychange"])
      document.addEventListener(kind, () => {
        this.moved = Date.now();
      });
    this.button?.addEventListener("click", () => this.hold(!this.held));
    this.bar.hidden = false;
    this.say(0, false);
    this.later();
  }

  private hold(held: boolean): void {
    if (held && this.list) this.list.dataset.held = "";
    else if (this.list) {
      delete this.list.dataset.held;
      askNow(this.list.id);
    }
    this.etag = "";
    this.say(0, false);
  }

  private say(count: number, more: boolean): void {
    const state = this.bar.querySelector<HTMLElement>("[role=status]");
    const { button } = this;
    if (!state || !button) return;
    const said = this.held ? state.dataset.held : state.dataset.following;
    const counted = state.dataset.new?.replace("{n}", `${count}${more ? "+" : ""}`) ?? "";
    state.textContent = this.held && count > 0 ? counted : (said ?? "");
    button.textContent = (this.held ? button.dataset.resume : button.dataset.pause) ?? "";
    button.setAttribute("aria-pressed", String(this.held));
  }

  private later(): void {
    setTimeout(() => void this.ask(), rest(this.failures, Date.now() - this.moved) * 1_000);
  }

  private async ask(): Promise<void> {
    if (document.visibilityState !== "hidden") await this.look();
    this.later();
  }

  private async look(): Promise<void> {
    const newest = this.list?.dataset.newest ?? "";
    if (newest !== this.asked) this.etag = "";
    this.asked = newest;
    try {
      const url = new URL(this.bar.dataset.news ?? "", location.href);
      url.searchParams.set("after", newest);
      const answer = await fetch(url, {
        credentials: "same-origin",
        cache: "no-store",
        headers: this.etag ? { "If-None-Match": this.etag } : {},
      });
      this.failures = answer.ok || answer.status === 304 ? 0 : this.failures + 1;
      if (!answer.ok || answer.redirected) return;
      this.etag = answer.headers.get("ETag") ?? "";
      this.hear((await answer.json()) as News);
    } catch {
      this.failures += 1; // offline: asked again, more slowly
    }
  }

  private hear(news: News): void {
    this.say(news.new, news.more);
    if (news.new > 0 && !this.held && this.list) askNow(this.list.id);
  }
}
