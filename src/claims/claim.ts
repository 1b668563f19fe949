import type { FactRow, Prices, Verdict } from '../core/claims.js';
import type { Machine } from '../core/machine.js';
import type { ModelFile } from '../core/model.js';
import type { CannotTest, Design } from './design.js';
import type { Evidence } from './evidence.js';

/** The seam: a claim is one such object in a file of its own, listed in index.ts. All of it is pure. */
export type Claim = {
  number: number;
  id: string;
  statement: string;
  sources: readonly string[];
  /** How the verdict is decided, in words. */
  rule: string;
  /** What to compare on this machine, decided before the first trial; or why it cannot be tested here. */
  design(facts: ClaimFacts): Design | CannotTest;
  /** The verdict, where the deciding comparisons alone do not give it. */
  conclude?(evidence: Evidence, facts: ClaimFacts): Conclusion;
};

/** What a design may rest on. */
export type ClaimFacts = {
  machine: Machine;
  /** Files of the model; those of one backend are in a row. At least one. */
  models: readonly ModelFile[];
  /** A 7B model, or null. */
  larger: ModelFile | null;
  /** What could not be had ("onnx", "larger", …) and why. */
  absent: Readonly<Record<string, string>>;
  /** Whether the machine lets us do these things: null when it does, else why not. */
  controls: Readonly<Record<Control, string | null>>;
  prices: Prices;
  seed: number;
  /** Time that one claim may take on average, ms. */
  shareMs: number;
};

export const CONTROLS = ['cpuGroups', 'pageCache', 'swappiness'] as const;
export type Control = (typeof CONTROLS)[number];

export type Conclusion = { verdict: Verdict; finding: string; facts?: FactRow[]; notes?: string[] };
