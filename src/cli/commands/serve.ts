import { fileURLToPath } from 'node:url';
import { candidateLabel } from '../../core/candidate.js';
import { EXIT } from '../../core/errors.js';
import type { Host } from '../../core/ports.js';
import type { Profile } from '../../core/profile.js';
import { replicaOf } from '../../core/replica.js';
import { parseDurationMs } from '../../core/units.js';
import { liveHost } from '../../probes/host/live.js';
import { probeMachine } from '../../probes/index.js';
import { openEventLoopCpus } from '../../runners/event-loop-cpus.js';
import { spawnBound } from '../../runners/launch.js';
import { bindingFaults } from '../../runners/verify.js';
import { systemClock } from '../../runs/clock.js';
import { environmentOf } from '../../runs/experiment/environment.js';
import { homeFolder } from '../../runs/home.js';
import { resolveDeployment } from '../../runs/serve/deployment.js';
import { checkMemory } from '../../runs/serve/memory-need.js';
import { type ServeFlags, serverSettings } from '../../runs/serve/settings.js';
import { verifyServer } from '../../runs/serve/verify.js';
import { type RunningServer, type ServerSettings, startServer } from '../../serve/server.js';
import { readProfile } from '../../store/documents.js';
import type { Console } from '../console.js';
import { errorText, openConsole } from '../console.js';
import { serveOptions } from '../serve/options.js';
import { untilStopped } from '../serve/until-stopped.js';

const WORKER = fileURLToPath(new URL('../../runs/entries/serve-worker.js', import.meta.url));

export const serveCommand = {
  command: 'serve',
  describe: 'Serve a profile as it was tuned, over the OpenAI API',
  builder: serveOptions,
  handler: async (flags: ServeFlags): Promise<void> => {
    const terminal = openConsole({ quiet: flags.quiet ?? false });
    if (flags.verify !== undefined) {
      const verified = await verifyServer(readProfile(flags.profile), flags.verify, flags.keyFile);
      terminal.result(JSON.stringify(verified, null, 2));
      if (!verified.ok) process.exitCode = EXIT.negative;
      return;
    }
    const host = liveHost({ ...process.env, ...(flags.home ? { R1TUNE_HOME: flags.home } : {}) });
    const { settings, profile } = await prepare(flags, host, terminal);
    const env = environmentOf(host);
    const { keepOff, withAll } = await openEventLoopCpus();
    const server = await startServer(settings, {
      spawnWorker: (candidate, index) => withAll(() => spawnBound(replicaOf(candidate, index), WORKER, env)),
      bindingFaults,
      keepOff,
      clock: systemClock,
      onWorkerDeath: (index, reason) => terminal.note(`Worker ${index} died: ${reason}`),
      report: (error) => terminal.note(errorText(error)),
      log: (entry) => flags.logRequests && terminal.note(JSON.stringify(entry)),
    });
    sayEngine(server, profile, terminal);
    terminal.result(`Serving on ${server.url}/v1`);
    const reload = async () => {
      const next = await withAll(() => prepare(flags, host, terminal));
      await server.roll(next.settings);
      sayEngine(server, next.profile, terminal);
      terminal.note('Serving the new profile.');
    };
    await untilStopped(server, { drainMs: parseDurationMs(flags.drainTimeout), reload, terminal });
  },
};

type Prepared = { settings: ServerSettings; profile: Profile };

/** Reads the profile, looks at the machine and the model, says what differs, and refuses what cannot work. */
async function prepare(flags: ServeFlags, host: Host, terminal: Console): Promise<Prepared> {
  const profile = readProfile(flags.profile);
  const machine = await probeMachine(host, { clock: systemClock });
  const deployment = await resolveDeployment(profile, flags.model, machine, homeFolder(host), flags.chatTemplate);
  const settings = serverSettings(profile, flags, deployment, systemClock.now());
  const { model, candidate, contextTokens } = settings.plan;
  checkMemory(model, candidate, contextTokens, machine.memory.limitBytes.value);
  if (model.weights === 'random')
    terminal.note('The weights are random: speed and memory are real, the text is noise.');
  for (const difference of deployment.differences) terminal.note(`Not as measured: ${difference}`);
  terminal.note(`Loading ${settings.model.id}: ${candidateLabel(candidate)}`);
  return { settings, profile };
}

/** Names what loaded the model. An engine that cannot be reached as it was measured may have fallen back to a slower way. */
function sayEngine({ service }: RunningServer, { provenance }: Profile, terminal: Console): void {
  const { engine } = service.fleet.description!.effective;
  terminal.note(`Loaded by ${engine}`);
  if (provenance.engine !== undefined && provenance.engine !== engine)
    terminal.note(`Not as measured: engine: measured on ${provenance.engine}, here ${engine}`);
}
