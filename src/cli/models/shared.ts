import { enginesOf } from '../../core/backends.js';
import type { ModelFile } from '../../core/model.js';
import { formatBytes } from '../../core/units.js';
import { type CommandContext, openContext } from '../context.js';

/** Flags that every `models` command has. */
export type CommonFlags = { json: boolean; quiet?: boolean; home?: string };

/** Opens the console and prints what `run` gives: JSON, or the lines that `show` makes of it. */
export async function printed<T>(
  flags: CommonFlags,
  run: (context: CommandContext) => Promise<T> | T,
  show: (result: T) => string,
): Promise<void> {
  const context = openContext(flags);
  context.interrupt.setFix('Nothing half-made is left behind; run the same command again.');
  const result = await run(context);
  context.console.endProgress();
  context.console.result(flags.json ? JSON.stringify(result, null, 2) : show(result));
}

/** A progress line that is written when the whole percent changes, at most ten times a second. */
export function progressLine(context: CommandContext): (what: string, share: number) => void {
  let shown = '';
  let shownMs = 0;
  return (what, share) => {
    const text = `${what}: ${Math.floor(share * 100)} %`;
    const nowMs = context.clock.monotonicMs();
    if (text === shown || (nowMs - shownMs < 100 && share < 1)) return;
    [shown, shownMs] = [text, nowMs];
    context.console.progress(text);
  };
}

const WEIGHTS: Record<ModelFile['weights'], string> = {
  random: 'random weights: its text is noise',
  trained: 'trained weights',
};

const weightCount = (count: number): string =>
  count >= 1e9 ? `${(count / 1e9).toFixed(2)} billion weights` : `${(count / 1e6).toFixed(2)} million weights`;

const cacheText = ({ kvBytesPerToken, geometry }: ModelFile): string =>
  geometry.isCacheKnown === false
    ? `the KV cache of a token is not known, at most ${formatBytes(kvBytesPerToken)} in f16`
    : `each token adds ${formatBytes(kvBytesPerToken)} of f16 KV cache`;

/** A model in lines for people. */
export function modelText(model: ModelFile): string {
  const { geometry: shape } = model;
  return [
    model.name,
    `  file            ${model.path}`,
    `  level           ${model.quant} (${model.format.toUpperCase()} for ${enginesOf(model.format).join(' or ')}), ${WEIGHTS[model.weights]}`,
    `  size            ${formatBytes(model.sizeBytes)}, ${weightCount(model.parameters)}`,
    `  read a token    ${formatBytes(model.bytesPerToken)} of weights; ${cacheText(model)}`,
    `  shape           ${shape.architecture}, ${shape.layers} layers, hidden ${shape.hidden}, ${shape.heads} heads over ${shape.kvHeads} of ${shape.headDim}, ffn ${shape.ffn}, vocabulary ${shape.vocab}${shape.tied ? ' (tied)' : ''}`,
    `  geometry        ${model.geometryId ? `the shape of ${model.geometryId}` : 'not one that r1-tune knows'}, context ${model.contextLength}`,
    ...(model.sha256 ? [`  sha256          ${model.sha256}`] : []),
  ].join('\n');
}
