import type { Session } from '../../core/engine.js';
import type { Clock } from '../../core/ports.js';
import { WorkExceeded } from '../json-schema/automaton.js';
import type { FromWorker, GenerateMessage, ToWorker } from '../protocol.js';
import { type JobContext, runJob } from './job.js';
import { createPauseGate, type PauseGate } from './pause-gate.js';
import { createSequencePool } from './sequence-pool.js';

/** The two ends of the IPC channel as a worker sees it. */
export type WorkerChannel = {
  send(message: FromWorker): void;
  onMessage(handler: (message: ToWorker) => void): void;
};

/** No sequence was ever given back by it, so nothing of its prompt is found. */
const NOBODY_BEFORE = ' nobody';

const STATS_EVERY_MS = 5000;

type Running = { abort: AbortController; gate: PauseGate };

/** Serves jobs on a loaded session until the process ends. The supervisor never sends more jobs than `sequences`. */
export function runWorker(
  session: Session,
  channel: WorkerChannel,
  { clock, sequences, rssBytes }: { clock: Clock; sequences: number; rssBytes: () => number },
): void {
  const pool = createSequencePool(session, sequences);
  const running = new Map<string, Running>();

  const generate = async (message: GenerateMessage) => {
    const { id, tenant } = message;
    const job = { abort: new AbortController(), gate: createPauseGate() };
    running.set(id, job);
    const asker = message.parameters.usesCache ? tenant : NOBODY_BEFORE;
    const lease = await pool.lend([...message.prompt, ...message.emitted], asker);
    if (!lease) {
      running.delete(id);
      return fail(id, new Error('The worker has no free sequence.'));
    }
    const { abort, gate } = job;
    const context: JobContext = { session, clock, send: channel.send, signal: abort.signal, gate };
    try {
      await runJob(message, lease.sequence, lease.cachedTokens, context);
      pool.giveBack(lease.sequence, tenant);
    } catch (error) {
      await pool.discard(lease.sequence);
      fail(id, error);
    } finally {
      running.delete(id);
    }
  };
  const fail = (id: string, error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    channel.send({ type: 'failed', id, fault: error instanceof WorkExceeded ? 'schema' : 'engine', message });
  };

  channel.onMessage((message) => {
    if (message.type === 'tokenize' || message.type === 'detokenize') readText(session, message, channel.send);
    else if (message.type === 'generate') void generate(message);
    else if (message.type === 'pause') running.get(message.id)?.gate.close();
    else if (message.type === 'resume') running.get(message.id)?.gate.open();
    else if (message.type === 'cancel') {
      running.get(message.id)?.abort.abort();
      running.get(message.id)?.gate.open();
    }
  });
  const stats = () => channel.send({ type: 'stats', rssBytes: rssBytes(), contextTokensUsed: pool.tokensInUse });
  stats();
  void (async () => {
    for (;;) {
      await clock.sleep(STATS_EVERY_MS);
      stats();
    }
  })();
}

function readText(
  session: Session,
  message: Extract<ToWorker, { type: 'tokenize' | 'detokenize' }>,
  send: WorkerChannel['send'],
): void {
  const { id } = message;
  try {
    if (message.type === 'tokenize') send({ type: 'tokens', id, tokens: tokensOf(session, message) });
    else
      send({
        type: 'pieces',
        id,
        pieces: message.tokens.map((one) => [...session.tokenBytes(one, { special: true })]),
      });
  } catch (error) {
    send({ type: 'tokenize-failed', id, message: error instanceof Error ? error.message : String(error) });
  }
}

function tokensOf(session: Session, { segments, begins }: Extract<ToWorker, { type: 'tokenize' }>): number[] {
  const { bosToken } = session.describe();
  const tokens = segments.flatMap(({ text, special }) => session.tokenize(text, { special }));
  // A template may have written it already, as llama.cpp and transformers reckon with too.
  const isBegun = !begins || bosToken === null || tokens[0] === bosToken;
  return isBegun ? tokens : [bosToken, ...tokens];
}
