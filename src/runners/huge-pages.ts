import type { Candidate } from '../core/candidate.js';

/** prctl(2): PR_SET_THP_DISABLE. */
const PR_SET_THP_DISABLE = 41;

/** Turns transparent huge pages off for this process; must run before the model is loaded. */
export async function applyHugePages(policy: Candidate['hugePages']): Promise<void> {
  if (policy !== 'never') return;
  const { default: koffi } = await import('koffi');
  const prctl = koffi.load(null).func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)');
  if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) !== 0) throw new Error('prctl(PR_SET_THP_DISABLE) was refused');
}
