// The page's marks of the tour (pages/coach.ts) go on when a step was done here.
export type TourStep = "fields" | "test" | "publish";

export function tell(step: TourStep): void {
  document.dispatchEvent(new CustomEvent("studio:tour", { detail: step }));
}
