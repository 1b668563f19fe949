import { fileURLToPath } from 'node:url';
import type { ModelArm } from '../../core/backends.js';
import { baseCandidate } from '../../core/candidate.js';
import type { Machine } from '../../core/machine.js';
import type { Quality } from '../../core/run-result.js';
import { withReference } from '../../quality/with-reference.js';
import { spawnBound } from '../../runners/launch.js';
import { memoryFits } from '../../sweeps/space/feasibility.js';
import type { Context } from '../context.js';
import { type QualityChildRequest, qualityReplySchema } from '../entries/quality-protocol.js';
import { environmentOf } from '../experiment/environment.js';
import type { QualityText } from './quality-text.js';

const ENTRY = fileURLToPath(new URL('../entries/quality-child.js', import.meta.url));

const RANDOM_WEIGHTS = 'the weights are random, so the text is noise at every precision';

/** What --max-rss forbids to deploy may still be what others are compared with; only what the machine cannot hold is left out. */
const ANY_MEMORY = { contextTokens: 1024, maxRssBytes: null };

const unmeasured = ({ backend, model }: ModelArm, reason: string): Quality => ({
  backend,
  quant: model.quant,
  measurable: false,
  reason,
  reference: null,
  perplexity: null,
  klDivergence: null,
  top1Agreement: null,
  answerAccuracy: null,
  tokens: null,
});

/** Runs the child that measures and collects what it says. A file it never got to is not measurable, with the reason. */
async function runChild(request: QualityChildRequest, limitMs: number | null, context: Context): Promise<Quality[]> {
  const [first] = request.arms;
  const child = spawnBound(
    baseCandidate(first!.backend, first!.model.quant, request.threads),
    ENTRY,
    environmentOf(context.host),
  );
  const measured: Quality[] = [];
  let stderr = '';
  child.stderr?.on('data', (data) => {
    stderr = `${stderr}${data}`.slice(-500);
  });
  child.stdout?.resume();
  child.on('message', (raw) => {
    const reply = qualityReplySchema.safeParse(raw);
    if (reply.data?.type === 'quality') measured.push(reply.data.quality);
    if (reply.data?.type === 'progress') context.emit({ type: 'step', what: reply.data.what, share: reply.data.share });
  });
  const stop = (): void => void child.kill('SIGKILL');
  context.signal.addEventListener('abort', stop, { once: true });
  let isLate = false;
  const tooLate = (): void => {
    isLate = true;
    stop();
  };
  const timer = limitMs === null ? undefined : setTimeout(tooLate, limitMs);
  child.send(request);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('exit', (...end) => resolve(end)),
  );
  clearTimeout(timer);
  context.signal.removeEventListener('abort', stop);
  context.signal.throwIfAborted();
  context.emit({ type: 'idle' });
  const isMeasured = ({ backend, model }: ModelArm): boolean =>
    measured.some((quality) => quality.backend === backend && quality.quant === model.quant);
  const missing = request.arms.filter((arm) => !isMeasured(arm));
  const how = isLate
    ? `measuring it takes more than ${QUALITY_SHARE * 100} % of the budget`
    : `the process that measures quality ended by ${signal ?? `exit code ${code}`}: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  return [...measured, ...missing.map((arm) => unmeasured(arm, how))];
}

export type QualityJob = {
  threads: number;
  puzzles: number;
  /** null for the built-in text. */
  text: QualityText | null;
  machine: Machine;
  budgetMs: number | null;
};

/** Quality may take this share of a budget, whatever the model is: speed is what the budget was given for. */
const QUALITY_SHARE = 0.25;

/** Quality of every engine and quantization, once for each. Random weights are not measured, and that is said. */
export async function qualityOf(
  arms: readonly ModelArm[],
  { text, machine, budgetMs, ...job }: QualityJob,
  context: Context,
): Promise<Quality[]> {
  const whyNot = ({ backend, model }: ModelArm): string | null =>
    model.weights === 'random'
      ? RANDOM_WEIGHTS
      : (memoryFits(baseCandidate(backend, model.quant, 1), model, machine, ANY_MEMORY)?.reason ?? null);
  const real = arms.filter((arm) => whyNot(arm) === null);
  const skipped = arms.flatMap((arm) => {
    const reason = whyNot(arm);
    return reason === null ? [] : [unmeasured(arm, reason)];
  });
  if (real.length === 0) return skipped;
  const limitMs = budgetMs === null ? null : budgetMs * QUALITY_SHARE;
  const measured = await runChild({ arms: [...real], ...job, text: text?.content }, limitMs, context);
  return [...skipped, ...withReference(measured).map((quality) => (text ? { ...quality, text: text.label } : quality))];
}

/** What --min-quality cannot hold for, each with the reason: said at once, since an unknown number breaks no constraint. */
export function uncheckedQuality(qualities: readonly Quality[]): string[] {
  return qualities
    .filter(({ top1Agreement }) => top1Agreement === null)
    .map(({ backend, quant, reason }) => `${backend} ${quant}: ${reason ?? 'there is nothing to compare it with'}`);
}
