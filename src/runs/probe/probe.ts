import { R1Error } from '../../core/errors.js';
import type { Machine } from '../../core/machine.js';
import { probeMachine } from '../../probes/index.js';
import type { Context } from '../context.js';

export type ProbeRequest = {
  /** A recorded machine: a folder with proc/ and sys/, or a capture. */
  sysroot?: string | undefined;
  /** Measure memory bandwidth, a few seconds: on for this machine, impossible for a recorded one. */
  bandwidth?: boolean | undefined;
};

async function measured({ host, clock, emit, signal }: Context, machine: Machine): Promise<Machine['bandwidth']> {
  const step = (what: string): void => emit({ type: 'step', what, share: null });
  step('measuring memory bandwidth');
  const { measureBandwidth } = await import('../../probes/bandwidth/measure.js');
  const bandwidth = await measureBandwidth(host, machine, {
    clock,
    signal,
    onPoint: ({ threads, medianBytesPerSecond }) =>
      step(
        `measuring memory bandwidth: ${threads} ${threads === 1 ? 'thread' : 'threads'} ${(medianBytesPerSecond / 1e9).toFixed(1)} GB/s`,
      ),
  });
  emit({ type: 'idle' });
  return bandwidth;
}

/** What this machine is, or a recorded one. Throws USAGE for a recorded machine with bandwidth. */
export async function probe(request: ProbeRequest, context: Context): Promise<Machine> {
  if (request.sysroot === undefined) {
    const machine = await probeMachine(context.host, { clock: context.clock });
    return request.bandwidth === false ? machine : { ...machine, bandwidth: await measured(context, machine) };
  }
  if (request.bandwidth)
    throw new R1Error('USAGE', '--bandwidth cannot measure a recorded machine.', {
      fix: 'Leave out --bandwidth or --sysroot.',
    });
  const { openSysroot } = await import('../../probes/host/sysroot.js');
  return probeMachine(openSysroot(request.sysroot));
}
