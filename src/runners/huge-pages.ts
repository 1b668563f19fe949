import type { Candidate } from '../core/candidate.js';
import { prctl } from './prctl.js';

/** prctl(2): PR_SET_THP_DISABLE. */
const PR_SET_THP_DISABLE = 41;

/** Turns transparent huge pages off for this process; must run before the model is loaded. */
export async function applyHugePages(policy: Candidate['hugePages']): Promise<void> {
  if (policy !== 'never') return;
  if ((await prctl(PR_SET_THP_DISABLE, 1)) !== 0) throw new Error('prctl(PR_SET_THP_DISABLE) was refused');
}
