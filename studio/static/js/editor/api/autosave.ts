// Saves the draft a moment after the last change: one request at a time, the newest document each time, again and again
// while offline, and never over somebody else's revision.
import type { WorkflowDocument } from "../document/types";
import { Refused, SignedOut, Unreachable } from "./client";
import type { Current, Saved } from "./types";

export type SaveState =
  | { readonly kind: "saved"; readonly at: Date | null }
  | { readonly kind: "waiting" }
  | { readonly kind: "saving" }
  | { readonly kind: "offline" }
  | { readonly kind: "signed_out" }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "conflict"; readonly current: Current };

export interface Saving {
  /** What stands now. Identity tells whether it changed since. */
  document(): WorkflowDocument;
  save(revision: number, document: WorkflowDocument, keepalive: boolean): Promise<Saved>;
  state(state: SaveState): void;
  saved(answer: Saved, document: WorkflowDocument): void;
}

export const PAUSE_MS = 1_000;
const AGAIN_MS = [2_000, 5_000, 10_000, 20_000];

export class Autosave {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private kept: WorkflowDocument;
  private running: Promise<void> | null = null;
  private failures = 0;
  private conflict = false;

  constructor(
    private readonly saving: Saving,
    private revision_: number,
  ) {
    this.kept = saving.document();
  }

  get revision(): number {
    return this.revision_;
  }

  get dirty(): boolean {
    return this.saving.document() !== this.kept;
  }

  /** A command changed the document. */
  touch(): void {
    if (this.conflict || !this.dirty) return;
    if (!this.running && this.failures === 0) this.saving.state({ kind: "waiting" });
    this.later(PAUSE_MS);
  }

  /** Save now; resolves when nothing is left to save, or it cannot be. */
  async flush(keepalive = false): Promise<void> {
    clearTimeout(this.timer);
    while (this.running) await this.running;
    if (this.conflict || !this.dirty) return;
    this.running = this.attempt(keepalive).finally(() => {
      this.running = null;
    });
    await this.running;
    if (this.dirty && this.failures === 0 && !this.conflict) this.later(PAUSE_MS);
  }

  /** The server's document was taken over: it is what is kept now. */
  adopt(revision: number, document: WorkflowDocument): void {
    clearTimeout(this.timer);
    this.conflict = false;
    this.failures = 0;
    this.revision_ = revision;
    this.kept = document;
  }

  /** Write over what somebody else saved, knowingly. */
  async overwrite(current: Current): Promise<void> {
    this.conflict = false;
    this.revision_ = current.revision;
    this.kept = current.document;
    await this.flush();
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), ms);
  }

  private async attempt(keepalive: boolean): Promise<void> {
    const document = this.saving.document();
    this.saving.state({ kind: "saving" });
    try {
      const answer = await this.saving.save(this.revision_, document, keepalive);
      this.revision_ = answer.revision;
      this.kept = document;
      this.failures = 0;
      this.saving.saved(answer, document);
      this.saving.state(this.dirty ? { kind: "waiting" } : { kind: "saved", at: new Date(answer.saved_at) });
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    const refusal = error instanceof Refused ? error.refusal : null;
    if (refusal?.status === 409 && refusal.current) {
      this.conflict = true;
      this.saving.state({ kind: "conflict", current: refusal.current });
      return;
    }
    if (refusal || !(error instanceof Unreachable)) {
      this.saving.state({ kind: "refused", message: refusal?.detail ?? refusal?.title ?? String(error) });
      return;
    }
    this.saving.state({ kind: error instanceof SignedOut ? "signed_out" : "offline" });
    this.later(AGAIN_MS[Math.min(this.failures, AGAIN_MS.length - 1)] ?? 20_000);
    this.failures += 1;
  }
}
