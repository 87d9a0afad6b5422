// [data-coach="test"][data-anchor="a selector"][popover]: a mark of the tour, which stands at the control that its
// selector finds. Of several the first begins; the others follow as the page tells, by the event "studio:tour" with a
// step's name, that this step is done. A mark takes the focus where nobody types, goes with Escape, "Got it" or the use of
// its control, and is not shown again in this browser, unless one comes by a link of the checklist (?tour).
const PATIENCE_MS = 3_000;
const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]";

export function coaching(): void {
  const marks = [...document.querySelectorAll<HTMLElement>("[data-coach]")];
  const led = new URL(location.href);
  const asked = led.searchParams.has("tour");
  if (asked) {
    led.searchParams.delete("tour");
    history.replaceState(history.state, "", led);
  }
  if (marks.length > 0) new Coach(marks).begin(asked);
}

class Coach {
  private at = -1;
  private anchor: HTMLElement | null = null;
  private watch: MutationObserver | null = null;

  constructor(private readonly marks: readonly HTMLElement[]) {}

  begin(asked: boolean): void {
    const [first] = this.marks;
    if (asked && first) forget(first);
    document.addEventListener("studio:tour", (event) => {
      const place = this.marks.findIndex((mark) => mark.dataset.coach === (event as CustomEvent<string>).detail);
      if (place >= this.at) this.go(place + 1);
    });
    for (const mark of this.marks) this.hear(mark);
    this.go(0);
  }

  private get mark(): HTMLElement | undefined {
    return this.marks[this.at];
  }

  private get isOpen(): boolean {
    return this.mark?.matches(":popover-open") === true;
  }

  private hear(mark: HTMLElement): void {
    mark.querySelector("[data-coach-close]")?.addEventListener("click", () => this.close(true));
    mark.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.skip(event.currentTarget as HTMLFormElement);
    });
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || mark !== this.mark || !this.isOpen) return;
        const within = event.target as Node;
        if (!mark.contains(within) && !this.anchor?.contains(within)) return;
        event.stopPropagation();
        this.close(true);
      },
      true,
    );
  }

  private go(place: number): void {
    this.close(false);
    this.at = place;
    const { mark } = this;
    if (mark && !isKept(mark)) this.whenFree(mark);
  }

  /** Not over a dialog, and at its control once that is there; after a while without it. */
  private whenFree(mark: HTMLElement): void {
    const since = performance.now();
    const look = (): boolean => {
      if (mark !== this.mark) return true;
      if (document.querySelector("dialog[open]")) return false;
      const anchor = seen(mark.dataset.anchor ?? "");
      if (!anchor && performance.now() - since < PATIENCE_MS) return false;
      this.show(mark, anchor);
      return true;
    };
    if (look()) return;
    const watch = new MutationObserver(() => look() && watch.disconnect());
    watch.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["open"] });
    setTimeout(() => look() && watch.disconnect(), PATIENCE_MS);
  }

  private show(mark: HTMLElement, anchor: HTMLElement | null): void {
    this.stand(anchor);
    (mark.showPopover as (options?: { source?: HTMLElement }) => void).call(mark, anchor ? { source: anchor } : {});
    anchor?.scrollIntoView({ block: "nearest" });
    if (document.activeElement?.matches(TYPED)) this.say(mark);
    else mark.focus({ preventScroll: true });
    // what is polled comes anew: the mark goes over to the control that stands there now
    this.watch = new MutationObserver(() => {
      if (this.anchor?.isConnected === false) this.stand(seen(mark.dataset.anchor ?? ""));
    });
    this.watch.observe(document.body, { childList: true, subtree: true });
  }

  private stand(anchor: HTMLElement | null): void {
    this.anchor?.removeAttribute("data-coached");
    this.anchor = anchor;
    anchor?.setAttribute("data-coached", "");
    this.mark?.toggleAttribute("data-alone", anchor === null);
    anchor?.addEventListener("click", () => this.anchor === anchor && this.close(false), { once: true });
  }

  private say(mark: HTMLElement): void {
    const said = document.getElementById("coach-said");
    if (said) said.textContent = [...mark.querySelectorAll("h2, p")].map((one) => one.textContent).join(": ");
  }

  private close(back: boolean): void {
    const { mark, anchor } = this;
    if (!mark || !this.isOpen) return;
    this.watch?.disconnect();
    this.stand(null);
    mark.hidePopover();
    keep(mark);
    if (!back) return;
    const control = anchor?.matches("a, button, input, select, textarea") ? anchor : document.getElementById("main");
    control?.focus();
  }

  /** The page stays as it is; where the server cannot be reached the form goes its usual way, which says so. */
  private async skip(form: HTMLFormElement): Promise<void> {
    try {
      await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    } catch {
      form.submit();
      return;
    }
    this.close(true);
    this.at = this.marks.length;
  }
}

const seen = (selector: string): HTMLElement | null =>
  [...document.querySelectorAll<HTMLElement>(selector)].find((one) => one.getClientRects().length > 0) ?? null;

const named = (mark: HTMLElement): string => `tour.${mark.dataset.of}.${mark.dataset.coach}.${location.pathname}`;

function isKept(mark: HTMLElement): boolean {
  try {
    return localStorage.getItem(named(mark)) !== null;
  } catch {
    return false; // this browser keeps nothing for this page
  }
}

function keep(mark: HTMLElement): void {
  try {
    localStorage.setItem(named(mark), "closed");
  } catch {
    // it is shown again when the page is opened again
  }
}

function forget(mark: HTMLElement): void {
  try {
    localStorage.removeItem(named(mark));
  } catch {
    // nothing was kept
  }
}
