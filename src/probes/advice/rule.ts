import type { Advice, Machine } from '../../core/machine.js';

/** What rules may look at: facts alone, so that they hold for recorded machines too. */
export type AdviceFacts = Omit<
  Machine,
  'schemaVersion' | 'kind' | 'isLive' | 'probedAt' | 'caches' | 'bindings' | 'advice' | 'bandwidth' | 'fingerprint'
>;

/** One thing that can be wrong with a machine. */
export type AdviceRule = (facts: AdviceFacts) => Advice | null;
