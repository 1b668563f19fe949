import { GATE_VERSION } from '../../core/gate.js';
import type { Machine } from '../../core/machine.js';
import { probeMachine } from '../../probes/index.js';
import { createRunFolder } from '../../store/run-folder.js';
import type { Context } from '../context.js';
import type { GateJob } from './job.js';
import { judgeHistory } from './judge-history.js';
import { judgePaired } from './judge-paired.js';
import { type Judged, judgeExact, judgeStored } from './modes.js';
import { ALPHA, openJob } from './open-job.js';
import { type GateRequest, readGateRequest } from './request.js';
import type { GateResult } from './result.js';

const JUDGES: Readonly<
  Record<
    GateRequest['mode'],
    (job: GateJob, request: GateRequest, machine: Machine, context: Context) => Promise<Judged>
  >
> = {
  paired: (job, _request, _machine, context) => judgePaired(job, context),
  stored: judgeStored,
  history: judgeHistory,
  exact: judgeExact,
};

/** Judges a candidate against a baseline on this machine and writes gate.json. Throws USAGE and what profiles and models throw. */
export async function gate(request: GateRequest, context: Context): Promise<{ result: GateResult; folder: string }> {
  const { clock } = context;
  const startedAt = new Date(clock.now()).toISOString();
  const input = readGateRequest(request);
  const machine = await probeMachine(context.host, { clock });
  const place = { parent: request.results, out: request.out ?? null };
  const folder = createRunFolder({ ...place, label: 'gate', time: new Date(clock.now()) });
  try {
    folder.writeMachine(machine);
    const job = await openJob(request, input, machine, folder, context);
    const judged = await JUDGES[request.mode](job, request, machine, context);
    context.emit({ type: 'idle' });
    const result: GateResult = {
      schemaVersion: GATE_VERSION,
      kind: 'r1-tune/gate',
      mode: request.mode,
      margin: job.options.margin!,
      alpha: ALPHA,
      seed: job.seed,
      preflight: job.preflight,
      metrics: job.options.metrics.map((metric) => metric.name),
      ...job.profiles,
      ...judged,
      startedAt,
      finishedAt: new Date(clock.now()).toISOString(),
    };
    folder.writeFile('gate.json', `${JSON.stringify(result, null, 2)}\n`);
    return { result, folder: folder.path };
  } finally {
    folder.close();
  }
}
