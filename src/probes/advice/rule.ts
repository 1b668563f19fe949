import type { Advice } from '../../core/machine.js';
import type { Sections } from '../sections.js';

/** What rules may look at: facts alone, so that they hold for recorded machines too. */
export type AdviceFacts = Omit<Sections, 'caches' | 'advice' | 'fingerprint'>;

/** One thing that can be wrong with a machine. */
export type AdviceRule = (facts: AdviceFacts) => Advice | null;
