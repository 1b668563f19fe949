import type { Doctor, DoctorCheck } from '../../core/doctor.js';
import { probeMachine } from '../../probes/index.js';
import type { Context } from '../context.js';
import { ownVersion } from '../own-version.js';
import { checkAllocators } from './check-allocators.js';
import { checkEngines } from './check-engines.js';
import { checkBrowser, checkHome, checkNative } from './check-parts.js';
import { checkPlacing } from './check-placing.js';

/** What of this installation works on this machine: every part is used once, native ones in processes of their own. */
export async function doctor(context: Context): Promise<Doctor> {
  const machine = await probeMachine(context.host, { clock: context.clock });
  const home = await checkHome(context);
  const engines = home.state === 'works' ? await checkEngines(context) : [];
  const engine = engines.find(({ model }) => model !== null);
  const checks: DoctorCheck[] = [
    home,
    ...engines.map(({ check }) => check),
    await checkNative('koffi'),
    ...(await checkAllocators(machine, engine, context)),
    ...(await checkPlacing(machine, engine, context)),
    await checkNative('canvas'),
    checkBrowser(),
  ];
  context.emit({ type: 'idle' });
  const ok = checks.every(({ required, state }) => !required || state === 'works');
  return { schemaVersion: 1, kind: 'r1-tune/doctor', version: ownVersion(), ok, checks };
}
