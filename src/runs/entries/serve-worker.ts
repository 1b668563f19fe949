import { R1Error } from '../../core/errors.js';
import { dieWithParent } from '../../runners/die-with-parent.js';
import { readEffective } from '../../runners/effective.js';
import { applyHugePages } from '../../runners/huge-pages.js';
import { enginePlaces, loadEngine } from '../../runners/index.js';
import { type FromWorker, type ToWorker, toWorkerSchema } from '../../serve/protocol.js';
import { runWorker } from '../../serve/worker/run-worker.js';
import { systemClock } from '../clock.js';

/** The program of one server worker: loads the model under the binding it was started with, then serves jobs. */

type LoadMessage = Extract<ToWorker, { type: 'load' }>;

const send = (message: FromWorker): void => void process.send?.(message, () => {});

async function serve({ model, candidate, contextTokens }: LoadMessage): Promise<void> {
  await dieWithParent();
  await applyHugePages(candidate.hugePages);
  const engine = await loadEngine(candidate.backend, enginePlaces(process.env));
  const { sequences } = candidate;
  const onProgress = (share: number) => send({ type: 'loading', share });
  const session = await engine.load({ model, candidate, contextTokens, sequences, onProgress });
  const description = session.describe();
  const onMessage = (handler: (message: ToWorker) => void) =>
    void process.on('message', (raw) => handler(toWorkerSchema.parse(raw)));
  runWorker(session, { send, onMessage }, { clock: systemClock, sequences, rssBytes: () => process.memoryUsage.rss() });
  const { vocabulary } = description;
  send({ type: 'ready', contextTokens: description.contextTokens, vocabulary, effective: readEffective(description) });
}

function refuse(error: unknown): void {
  const code = error instanceof R1Error ? error.code : 'WORKER_FAILED';
  const message = error instanceof Error ? error.message : String(error);
  process.send?.({ type: 'fatal', code, message } satisfies FromWorker, () => process.exit(1));
}

// The supervisor is gone: nobody will read the answers.
process.on('disconnect', () => process.exit(1));
process.once('message', (raw) => void serve(toWorkerSchema.parse(raw) as LoadMessage).catch(refuse));
