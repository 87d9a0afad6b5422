// #news[data-news]: what happens to the rows while they are looked at. A row that somebody else settles closes where it
// stands, saying who and what; new ones are announced by a bar and come when it is pressed, so that nothing moves under a
// hand. Asked with the ETag of the last answer: where nothing is new, the answer is empty.
import { pauseMs, type Told } from "./telling";

export function news(): void {
  const place = document.querySelector<HTMLElement>("#news[data-news]");
  if (place) new News(place).later();
}

class News {
  private etag: string | null = null;
  private failures = 0;

  constructor(private readonly place: HTMLElement) {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") void this.ask(); // what was missed meanwhile is told at once
    });
  }

  later(): void {
    setTimeout(() => void this.ask().then(() => this.later()), pauseMs(this.failures));
  }

  private async ask(): Promise<void> {
    if (document.visibilityState === "hidden") return;
    try {
      const answer = await fetch(this.place.dataset.news ?? "", {
        credentials: "same-origin",
        cache: "no-store",
        headers: { Accept: "application/json", ...(this.etag ? { "If-None-Match": this.etag } : {}) },
      });
      this.failures = answer.ok || answer.status === 304 ? 0 : this.failures + 1;
      if (!answer.ok || answer.redirected) return;
      this.etag = answer.headers.get("ETag");
      this.tell((await answer.json()) as Told);
    } catch {
      this.failures += 1; // offline: asked again, more slowly
    }
  }

  private tell(told: Told): void {
    for (const one of told.closed) close(one.id, one.chip, one.kind, one.text);
    for (const id of told.changed.ids) close(id, told.changed.chip, "warn", told.changed.text);
    if (told.new.count > 0) this.bar(told.new.text);
    const tabs = document.querySelectorAll(".tabs > a");
    told.tabs.forEach((words, at) => {
      const tab = tabs[at];
      if (tab) tab.textContent = words;
    });
    document.dispatchEvent(new Event("inbox:closed"));
  }

  private bar(words: string): void {
    const link = Object.assign(document.createElement("a"), {
      className: "btn small-btn",
      href: this.place.dataset.here ?? location.href,
      textContent: this.place.dataset.show ?? "",
    });
    const note = Object.assign(document.createElement("div"), { className: "note info row", textContent: words });
    note.append(link);
    this.place.replaceChildren(note);
  }
}

/** Say what became of a row, and take its box and buttons away, unless somebody is typing there: they are told as well,
 * and lose no word. Whoever stood on the buttons stands on the title then. */
function close(id: string, chip: string, kind: string, text: string): void {
  const row = document.querySelector<HTMLElement>(`tr[data-request="${CSS.escape(id)}"]`);
  const state = row?.querySelector<HTMLElement>(".state-cell");
  if (!row || !state || row.classList.contains("settled")) return;
  row.classList.add("settled");
  const stoodOn = row.contains(document.activeElement);
  row.querySelector(".pick input")?.remove();
  if (!row.querySelector("details[open]")) row.querySelector(".actions-cell")?.replaceChildren();
  const word = Object.assign(document.createElement("span"), { className: `chip ${kind}`, textContent: chip });
  const sentence = Object.assign(document.createElement("div"), { className: "small", textContent: text });
  state.setAttribute("role", "status");
  state.replaceChildren(word, sentence);
  if (stoodOn && !row.contains(document.activeElement))
    row.querySelector<HTMLElement>(".row-link")?.focus({ preventScroll: true });
}
