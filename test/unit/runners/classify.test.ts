import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../../src/core/candidate.js';
import type { ChildEnd, ChildReport } from '../../../src/runners/child-end.js';
import { classifyEnd } from '../../../src/runners/classify.js';
import type { TrialRequest } from '../../../src/runners/protocol.js';
import { sampleEffective, sampleResources, sampleSamples } from '../../helpers/sample-trial.js';

const request = { candidate: baseCandidate('fake', 'q4_0', 4) } as TrialRequest;
const NOTHING: ChildReport = { phase: 'starting', effective: null, refused: null, done: null };
const ENDED: ChildEnd = { timedOut: false, aborted: false, spawnError: null, exitCode: 0, signal: null, stderr: '' };

const finished = (threads = 4): Partial<ChildReport> => {
  const effective = sampleEffective({ threads });
  return {
    phase: 'finishing',
    effective,
    done: { type: 'done', samples: sampleSamples(), resources: sampleResources(), effective },
  };
};
const verdict = (report: Partial<ChildReport>, end: Partial<ChildEnd>) =>
  classifyEnd(request, { ...NOTHING, ...report }, { ...ENDED, ...end });

describe('one headline for each way to end', () => {
  it.each<[string, Partial<ChildReport>, Partial<ChildEnd>, string, RegExp | null]>([
    ['a result', finished(), {}, 'measured', null],
    ['a result, then a crash while leaving', finished(), { exitCode: null, signal: 'SIGSEGV' }, 'measured', null],
    ['a result that did not do as asked', finished(2), {}, 'failed', /did not take effect: asked for 4 threads/],
    ['no engine', { refused: { code: 'ENGINE_MISSING', message: 'no build' } }, {}, 'unsupported', /^no build$/],
    ['no right', { refused: { code: 'NOT_PERMITTED', message: 'no mlock' } }, {}, 'unsupported', /no mlock/],
    ['a broken file', { refused: { code: 'MODEL_INVALID', message: 'cut short' } }, {}, 'failed', /cut short/],
    ['a fault of ours', { refused: { code: 'INTERNAL', message: 'x is undefined' } }, {}, 'failed', /undefined/],
    [
      'an engine that says memory is out',
      { refused: { code: 'INTERNAL', message: 'Failed to allocate 9 GiB' } },
      {},
      'out-of-memory',
      /9 GiB/,
    ],
    ['the deadline', { phase: 'decode' }, { timedOut: true, signal: 'SIGKILL' }, 'timed-out', /it was decode/],
    ['Ctrl-C', { phase: 'prefill' }, { aborted: true, signal: 'SIGKILL' }, 'failed', /stopped by the user/],
    ['no such program', {}, { spawnError: 'ENOENT numactl', exitCode: null }, 'unsupported', /not be started: ENOENT/],
    [
      'bad_alloc before abort()',
      { phase: 'loading' },
      { signal: 'SIGABRT', stderr: "terminate called after throwing 'std::bad_alloc'" },
      'out-of-memory',
      /memory ran out while loading/,
    ],
    ['SIGKILL of the kernel', { phase: 'decode' }, { signal: 'SIGKILL' }, 'out-of-memory', /SIGKILL while decode/],
    ['a signal', { phase: 'prefill' }, { signal: 'SIGSEGV' }, 'crashed', /ended by SIGSEGV while prefill/],
    [
      'taskset that refuses',
      {},
      { exitCode: 1, stderr: "taskset: failed to set pid 0's affinity: Invalid argument\n" },
      'unsupported',
      /binding was refused: taskset: failed to set/,
    ],
    [
      'numactl that refuses',
      {},
      { exitCode: 1, stderr: 'libnuma: Warning: cpu argument 99 is out of range\n\n<99> is invalid\n' },
      'unsupported',
      /binding was refused/,
    ],
    [
      'an exit code',
      { phase: 'warming-up' },
      { exitCode: 7, stderr: 'one\ntwo\nlast words\n' },
      'crashed',
      /exit code 7 while warming-up: last words/,
    ],
    ['silence', {}, { exitCode: 0 }, 'crashed', /exit code 0 before it answered/],
  ])('%s', (_name, report, end, status, reason) => {
    const found = verdict(report, end);
    expect(found.status).toBe(status);
    if (reason) expect(found.reason).toMatch(reason);
    else expect(found.reason).toBeNull();
  });
});

describe('order of causes', () => {
  it('what the child itself said comes before everything', () => {
    const report = { refused: { code: 'MODEL_INVALID', message: 'damaged' }, phase: 'loading' as const };
    expect(verdict(report, { timedOut: true, signal: 'SIGKILL', stderr: 'out of memory' }).reason).toBe('damaged');
  });

  it('our own kill is never taken for the kernel', () => {
    expect(verdict({ phase: 'decode' }, { timedOut: true, signal: 'SIGKILL' }).status).toBe('timed-out');
    expect(verdict({ phase: 'decode' }, { aborted: true, signal: 'SIGKILL' }).status).toBe('failed');
  });

  it('the words of a binding tool count only before the child answered', () =>
    expect(verdict({ phase: 'loading' }, { exitCode: 1, stderr: 'Invalid argument' }).status).toBe('crashed'));

  it('a result counts although stderr spoke of memory', () =>
    expect(verdict(finished(), { stderr: 'warning: failed to allocate huge pages' }).status).toBe('measured'));

  it('keeps a last line that is very long short', () =>
    expect(verdict({ phase: 'loading' }, { exitCode: 1, stderr: 'x'.repeat(5000) }).reason!.length).toBeLessThan(400));
});
