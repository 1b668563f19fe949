import type { Confidence } from './fact-schema.js';

export type { Confidence } from './fact-schema.js';

/** A value with where it came from. `value` is null exactly when it is not known. */
export type Fact<T> = { value: T | null; source: string; confidence: Confidence; note?: string | undefined };

export const known = <T>(value: T, source: string, note?: string): Fact<T> => ({
  value,
  source,
  confidence: 'certain',
  ...(note === undefined ? {} : { note }),
});

export const likely = <T>(value: T, source: string, note?: string): Fact<T> => ({
  value,
  source,
  confidence: 'likely',
  ...(note === undefined ? {} : { note }),
});

export const unknown = <T>(source: string, confidence: Confidence = 'unknown', note?: string): Fact<T> => ({
  value: null,
  source,
  confidence,
  ...(note === undefined ? {} : { note }),
});
