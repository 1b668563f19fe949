import { fileURLToPath } from 'node:url';
import { candidateLabel } from '../../core/candidate.js';
import type { Profile } from '../../core/profile.js';
import { replicaOf } from '../../core/replica.js';
import { probeMachine } from '../../probes/index.js';
import { openEventLoopCpus } from '../../runners/event-loop-cpus.js';
import { spawnBound } from '../../runners/launch.js';
import { readProcessSigns } from '../../runners/process-signs.js';
import { bindingFaults } from '../../runners/verify.js';
import { type RunningServer, type ServerSettings, startServer } from '../../serve/server.js';
import { readProfile } from '../../store/documents.js';
import type { Context } from '../context.js';
import { requireEngine } from '../engines/present.js';
import { environmentOf } from '../experiment/environment.js';
import { homeFolder } from '../home.js';
import { resolveDeployment } from './deployment.js';
import { checkMemory } from './memory-need.js';
import { type ServeRequest, serverSettings } from './settings.js';

const WORKER = fileURLToPath(new URL('../entries/serve-worker.js', import.meta.url));

/** A server that listens, and how to give it another profile without letting a client down. */
export type Serving = {
  server: RunningServer;
  /** Reads the profile again and rolls its workers. Throws, and keeps the old ones, when it cannot be served. */
  reload(): Promise<void>;
};

type Prepared = { settings: ServerSettings; profile: Profile };

/** Reads the profile, looks at the machine and the model, says what differs, and refuses what cannot work. */
async function prepare(request: ServeRequest, { host, clock, emit }: Context): Promise<Prepared> {
  const note = (text: string): void => emit({ type: 'note', text });
  const profile = readProfile(request.profile);
  const machine = await probeMachine(host, { clock });
  requireEngine(profile.candidate.backend, host);
  const deployment = await resolveDeployment(profile, request.model, machine, homeFolder(host), request.chatTemplate);
  const settings = serverSettings(profile, request, deployment, clock.now());
  const { model, candidate, contextTokens } = settings.plan;
  checkMemory(model, candidate, contextTokens, machine.memory.limitBytes.value);
  if (model.weights === 'random') note('The weights are random: speed and memory are real, the text is noise.');
  for (const difference of deployment.differences) note(`Not as measured: ${difference}`);
  note(`Loading ${settings.model.id}: ${candidateLabel(candidate)}`);
  return { settings, profile };
}

/** Names what loaded the model. An engine that cannot be reached as it was measured may have fallen back to a slower way. */
function sayEngine({ service }: RunningServer, { provenance }: Profile, { emit }: Context): void {
  const { engine } = service.fleet.description!.effective;
  emit({ type: 'note', text: `Loaded by ${engine}` });
  if (provenance.engine !== undefined && provenance.engine !== engine)
    emit({ type: 'note', text: `Not as measured: engine: measured on ${provenance.engine}, here ${engine}` });
}

/** Starts the OpenAI-compatible server under a profile; its URL is `server.url`. Throws when its workers do not start. */
export async function serve(request: ServeRequest, context: Context): Promise<Serving> {
  const { clock, emit } = context;
  const { settings, profile } = await prepare(request, context);
  const env = environmentOf(context.host);
  const { keepOff, withAll } = await openEventLoopCpus();
  const server = await startServer(settings, {
    spawnWorker: (candidate, index) => withAll(() => spawnBound(replicaOf(candidate, index), WORKER, env)),
    bindingFaults,
    keepOff,
    signsOf: readProcessSigns,
    clock,
    onWorkerDeath: (index, reason) => emit({ type: 'note', text: `Worker ${index} died: ${reason}` }),
    report: (error) => emit({ type: 'fault', error }),
    log: (entry) => request.logRequests && emit({ type: 'note', text: JSON.stringify(entry) }),
  });
  sayEngine(server, profile, context);
  const reload = async (): Promise<void> => {
    const next = await withAll(() => prepare(request, context));
    await server.roll(next.settings);
    sayEngine(server, next.profile, context);
    emit({ type: 'note', text: 'Serving the new profile.' });
  };
  return { server, reload };
}
