import { R1Error } from '../core/errors.js';
import { readEffective } from './effective.js';
import { applyHugePages } from './huge-pages.js';
import { enginePlaces, loadEngine } from './index.js';
import { prefault } from './prefault.js';
import { type ChildMessage, type ParentMessage, parentMessageSchema, type TrialRequest } from './protocol.js';
import { measureSession } from './trial.js';
import { ownNodeBytes } from './trial-numa.js';

/**
 * The program of one trial: load, verify, measure, send raw samples, leave.
 * It is the only file that is started as a process by the launcher.
 */

const send = (message: ChildMessage): Promise<void> =>
  new Promise((resolve) => process.send!(message, undefined, undefined, () => resolve()));

/** Resolves at the parent's next message; asked for before the parent can send it, so that none is missed. */
const nextMessage = (): Promise<ParentMessage> =>
  new Promise((resolve) => process.once('message', (message) => resolve(parentMessageSchema.parse(message))));

/** Waits for the other replicas; the parent says `go` when all have come. */
async function meetOthers(): Promise<void> {
  const go = nextMessage();
  await send({ type: 'waiting' });
  await go;
}

async function runTrial(request: TrialRequest): Promise<void> {
  const { candidate, model, contextTokens } = request;
  await send({ type: 'phase', phase: 'loading' });
  await applyHugePages(candidate.hugePages);
  if (request.prefault !== false) await prefault(model);
  const engine = await loadEngine(candidate.backend, enginePlaces(process.env));
  const start = performance.now();
  const session = await engine.load({ model, candidate, contextTokens, sequences: candidate.sequences });
  const loadMs = performance.now() - start;
  const go = request.waitsForGo ? nextMessage() : null;
  await send({ type: 'effective', effective: readEffective(session.describe()) });
  await go;
  const { samples, resources } = await measureSession(session, request, loadMs, {
    onPhase: (phase) => void send({ type: 'phase', phase }),
    meet: request.replica ? meetOthers : async () => {},
  });
  // Read again: threads that the engine started while measuring count too.
  const effective = readEffective(session.describe());
  const placed = candidate.binding.memory ? { nodeBytes: ownNodeBytes() } : {};
  await send({ type: 'done', samples, resources, effective: { ...effective, ...placed } });
}

function refuse(error: unknown): Promise<void> {
  const code = error instanceof R1Error ? error.code : 'INTERNAL';
  const message = error instanceof R1Error ? `${error.message} ${error.fix}` : String((error as Error)?.stack ?? error);
  return send({ type: 'refused', code, message });
}

// The parent is gone (killed, perhaps): nobody will read the result.
process.on('disconnect', () => process.exit(1));
const started = nextMessage();
await send({ type: 'ready', pid: process.pid });
const message = await started;
if (message.type === 'start')
  await runTrial(message.request)
    .catch(refuse)
    .finally(() => process.exit(0));
