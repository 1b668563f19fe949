import type { OutcomeStatus } from '../core/outcome.js';
import type { ChildEnd, ChildReport } from './child-end.js';
import type { TrialRequest } from './protocol.js';
import { bindingFaults } from './verify.js';

export type Verdict = { status: OutcomeStatus; reason: string | null };

/** What allocators and engines write when memory is out. */
const OUT_OF_MEMORY = /out of memory|bad_alloc|cannot allocate memory|failed to allocate|ENOMEM|insufficient memory/i;
/** What taskset, numactl and ld.so write when a binding or a library cannot be had. */
const CANNOT_BIND =
  /failed to set pid|sched_setaffinity|libnuma|numactl|cpu argument .* is out of range|node argument .* is out of range|invalid argument/i;

const UNSUPPORTED = new Set(['ENGINE_MISSING', 'MODEL_UNSUPPORTED', 'NOT_PERMITTED', 'TOOL_MISSING']);

const firstLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 300) ?? '';

/** One headline for each way a process can end, by order of cause: told by it, timed out, spawn failed, killed, exit code. */
export function classifyEnd(request: TrialRequest, report: ChildReport, end: ChildEnd): Verdict {
  const during = report.phase === 'starting' ? 'before it answered' : `while ${report.phase}`;
  if (report.refused) return refused(report.refused);
  if (end.timedOut)
    return { status: 'timed-out', reason: `no result within the deadline; it was ${report.phase} when it was killed` };
  if (end.aborted) return { status: 'failed', reason: 'stopped by the user' };
  if (report.done) return verified(request, report);
  if (end.spawnError) return { status: 'unsupported', reason: `could not be started: ${end.spawnError}` };
  if (OUT_OF_MEMORY.test(end.stderr)) return { status: 'out-of-memory', reason: `memory ran out ${during}` };
  if (end.signal === 'SIGKILL')
    return {
      status: 'out-of-memory',
      reason: `killed by SIGKILL ${during}; the kernel does this when memory runs out`,
    };
  if (end.signal) return { status: 'crashed', reason: `ended by ${end.signal} ${during}` };
  if (report.phase === 'starting' && CANNOT_BIND.test(end.stderr))
    return { status: 'unsupported', reason: `the binding was refused: ${firstLine(end.stderr)}` };
  return { status: 'crashed', reason: `exit code ${end.exitCode} ${during}: ${firstLine(end.stderr)}` };
}

function refused({ code, message }: NonNullable<ChildReport['refused']>): Verdict {
  if (OUT_OF_MEMORY.test(message)) return { status: 'out-of-memory', reason: message };
  return { status: UNSUPPORTED.has(code) ? 'unsupported' : 'failed', reason: message };
}

/** A trial whose binding, allocator or thread count did not take effect is no result. */
function verified(request: TrialRequest, report: ChildReport): Verdict {
  const faults = bindingFaults(request.candidate, report.effective!);
  return faults.length > 0
    ? { status: 'failed', reason: `did not take effect: ${faults.join('; ')}` }
    : { status: 'measured', reason: null };
}
