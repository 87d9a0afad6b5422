// Stands in for d3-transition (build.mjs). The canvas moves its view at once, never over a time: every `duration` is 0, which
// React Flow takes as no transition. d3-zoom asks only to interrupt those that run, and none does.
import { selection } from "d3-selection";

selection.prototype.interrupt = function () {
  return this;
};

export function interrupt() {}
