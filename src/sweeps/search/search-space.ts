/** What a search is about: points, trials, their results and a budget. No strategy of its own. */

/** `screen` and `refine` look around with short trials; only `race` decides and only `confirm` is published. */
export type Phase = 'screen' | 'refine' | 'race' | 'confirm';
export type Fidelity = 'short' | 'full';

/**
 * `nominal`: unordered levels. `numeric`: levels are numbers, each a knob setting of its own, and close ones behave alike.
 * `covariate`: a number that follows from the other axes (bits per weight); it explains, and is no knob.
 */
export type Axis = { name: string; kind: 'nominal' | 'numeric' | 'covariate'; scale?: 'linear' | 'log2' | 'ln' };

export type DesignPoint = {
  id: string;
  /** One level per axis name; an axis that does not apply to this point is left out. */
  levels: Readonly<Record<string, string | number>>;
  /** Where its threads and weights lie, as coordinates in which a distance of 1 is a considerable difference. */
  place?: readonly number[];
  /** Answer quality of its backend × quantization in coarse steps, higher is better; 0 when left out. */
  qualityTier?: number;
};

/** All feasible points. `defaultId` is what a user gets without tuning, and is one of the points. */
export type DesignSpace = {
  axes: readonly Axis[];
  points: readonly DesignPoint[];
  defaultId: string;
  /** Configurations that fresh blocks compare with the default beside the choice. They need not be points. */
  references?: readonly string[];
};

/** One trial to run. Trials of one batch run in the order given. (phase, block, id) names it for good. */
export type TrialAsk = { phase: Phase; block: number; id: string; fidelity: Fidelity };

export type TrialResult = {
  phase: Phase;
  block: number;
  id: string;
  /** The objective, higher is better and above zero (tokens per second); null when the trial gave no number. */
  value: number | null;
  /** False when the trial broke a constraint (`--max-ttft`, `--max-rss`) or ran throttled: it may inform, never win. */
  isEligible?: boolean;
  /** What it cost, in the unit of the budget; the planned cost when left out. */
  cost?: number;
  cpuSecondsPerToken?: number;
  peakRssBytes?: number;
};

/** A ceiling for the whole search, in trials or seconds: `limit` and the planned cost of a trial share one unit. */
export type Budget = { limit: number; shortCost: number; fullCost: number };

export type Effort = 'quick' | 'default' | 'thorough';

export type SearchOptions = { seed: number; effort?: Effort; budget?: Budget };

/**
 * What a search under a small budget is worth. `thin`: a short look around and the fewest pairs that can confirm; faster
 * configurations may be missed. `rates`: some measured rates, too little to recommend anything.
 */
export type Worth = 'thin' | 'rates';

/** How many trials to expect, and how many at the very most. */
export type SearchForecast = {
  short: number;
  full: number;
  fullAtMost: number;
  /** How many of the most promising points race; null where points race whatever is expected of them. */
  racers: number | null;
  /** Full trials that confirm the choice; the rest race. */
  confirming: number;
  /** What the result is worth; absent: a search that can be trusted. */
  worth?: Worth | undefined;
};

export type SearchGenerator<Result> = Generator<TrialAsk[], Result, TrialResult[]>;

export type Recommendation = {
  id: string;
  because: /** The interval of the fresh pairs lies above zero. */
    | 'faster'
    /** The default itself came out first, or nothing else ran. */
    | 'default-is-best'
    /** Fresh pairs did not show the choice to be faster than the default: keep the defaults. */
    | 'no-clear-gain'
    /** Faster alone, and slower beside a busy process by more than that: keep the defaults on a shared machine. */
    | 'loses-beside-others'
    /** The budget held no confirmation: the default stands, as nothing can be recommended. */
    | 'too-little'
    /** The default fails, or breaks a constraint: the choice stands without a comparison. */
    | 'default-not-viable';
};

export const trialKey = (trial: { phase: Phase; block: number; id: string }): string =>
  `${trial.phase}/${trial.block}/${trial.id}`;
