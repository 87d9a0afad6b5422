// What the server knows of feature flags and the environments that they hold in.
import { read } from "./client";

export interface FlagChoice {
  readonly key: string;
  readonly description: string;
}

export interface EnvironmentChoice {
  /** As steps name it. */
  readonly name: string;
  readonly title: string;
}

export interface MetricChoice {
  /** As steps and programs name it. */
  readonly key: string;
  readonly title: string;
}

export interface SegmentChoice {
  readonly name: string;
  readonly description: string;
}

export interface FlagChoices {
  readonly flags: readonly FlagChoice[];
  readonly metrics: readonly MetricChoice[];
  readonly environments: readonly EnvironmentChoice[];
  readonly segments: readonly SegmentChoice[];
}

export const PLACE = "/flags";
export const METRICS = "/flag-metrics";
export const SEGMENTS = "/flag-segments";
export const choices = () => read<FlagChoices>("/builder/api/flags");
