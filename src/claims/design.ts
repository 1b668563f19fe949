import type { Arm } from '../core/experiment.js';
import type { Expectation } from './expectation.js';
import type { MetricName } from './metrics.js';

/** What a claim's experiment compares. */

export type CannotTest = { cannotTest: string };

export type Design = {
  arms: Arm[];
  comparisons: Comparison[];
  /** Levels to report, one line an arm. */
  levels: readonly MetricName[];
  /** Parts that cannot be tested here, and why. */
  notes: string[];
};

export type Comparison = {
  name: string;
  metric: MetricName;
  arm: string;
  /** The arm it is divided by; null for a metric that is a ratio by itself. */
  reference: string | null;
  expected: Expectation;
  /** The deciding comparisons of a claim share its error rate. */
  decides: boolean;
};

export const isTestable = (design: Design | CannotTest): design is Design => !('cannotTest' in design);
