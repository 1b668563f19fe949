import type { Candidate } from '../core/candidate.js';
import type { Conditions } from '../core/claims.js';
import type { ModelFile } from '../core/model.js';
import type { Workload } from '../core/workload.js';
import type { Expectation } from './expectation.js';
import type { MetricName } from './metrics.js';

/** What a claim's experiment compares. */

export type CannotTest = { cannotTest: string };

export type Design = {
  arms: ClaimArm[];
  comparisons: Comparison[];
  /** Levels to report, one line an arm. */
  levels: readonly MetricName[];
  /** Parts that cannot be tested here, and why. */
  notes: string[];
};

export type ClaimArm = {
  name: string;
  source: ModelFile;
  candidate: Candidate;
  workload: Workload;
  conditions: Conditions;
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
