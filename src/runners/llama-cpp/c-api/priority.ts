import type { Candidate } from '../../../core/candidate.js';
import type { ThreadPriority } from '../../../core/engine.js';
import { R1Error } from '../../../core/errors.js';
import { importKoffi } from '../../koffi.js';
import { readText } from '../../process-usage.js';

/** What ggml makes of a priority on Linux (ggml_thread_apply_priority in ggml-cpu.c): a policy of sched(7), and its own priority. */
type Scheduling = { policy: number; level: number };
const [OTHER, FIFO, BATCH] = [0, 1, 3];
const SCHEDULING: Record<ThreadPriority, Scheduling> = {
  low: { policy: BATCH, level: 0 },
  normal: { policy: OTHER, level: 0 },
  medium: { policy: FIFO, level: 40 },
  high: { policy: FIFO, level: 80 },
  realtime: { policy: FIFO, level: 90 },
};

/**
 * Gives the calling thread the priority that ggml will give it and its helpers with the first evaluation. ggml goes on where
 * the kernel refuses; this throws NOT_PERMITTED. Elsewhere than on Linux nothing is done: nothing would show it.
 */
export async function claimPriority(priority: Candidate['priority']): Promise<void> {
  if (priority === undefined || process.platform !== 'linux') return;
  const { policy, level } = SCHEDULING[priority];
  const set = (await importKoffi()).load(null).func('int sched_setscheduler(int, int, void *)');
  if (set(0, policy, Buffer.from(Int32Array.of(level).buffer)) === 0) return;
  throw new R1Error('NOT_PERMITTED', `The kernel gives this process no threads of priority ${priority}.`, {
    fix: 'It takes the capability CAP_SYS_NICE or a limit RTPRIO above 0 (ulimit -r), or leave --priority at normal.',
  });
}

/** The priority of the calling thread, from /proc; null where that does not say, and for what ggml never sets. */
export function ownPriority(): ThreadPriority | null {
  const stat = readText('/proc/thread-self/stat');
  // Fields from the third on: the second is a name in brackets, which may hold spaces. proc(5): 40 rt_priority, 41 policy.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields === undefined) return null;
  const [level, policy] = [Number(fields[40 - 3]), Number(fields[41 - 3])];
  const found = Object.entries(SCHEDULING).find(([, one]) => one.policy === policy && one.level === level);
  return (found?.[0] as ThreadPriority | undefined) ?? null;
}
