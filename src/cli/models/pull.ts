import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import { formatBytes, formatDuration } from '../../core/units.js';
import { CATALOG } from '../../models/catalog.js';
import { type Pulled, type PullRequest, pullModel } from '../../models/pull.js';
import { homeFolder } from '../../runs/home.js';
import type { CommandContext } from '../context.js';
import { type CommonFlags, modelText, printed } from './shared.js';

type Flags = CommonFlags &
  Pick<PullRequest, 'source' | 'format' | 'endpoint' | 'token' | 'revision'> & {
    id: string;
    quant?: string;
    parallel: number;
  };

/** The usual choice of each format: a good 4-bit file. */
const DEFAULT_QUANT: Record<PullRequest['format'], string> = { gguf: 'q4_k_m', onnx: 'q4', safetensors: 'original' };

export const pullCommand = {
  command: 'pull <id>',
  describe: 'Download a DeepSeek-R1-Distill model from Hugging Face, a mirror or ModelScope',
  builder: (yargs: Argv) =>
    yargs
      .positional('id', {
        type: 'string',
        demandOption: true,
        describe: `${CATALOG.map(({ id }) => id).join(', ')}, or owner/name`,
      })
      .option('format', {
        choices: ['gguf', 'onnx', 'safetensors'] as const,
        default: 'gguf',
        describe: 'Kind of files',
      })
      .option('quant', {
        type: 'string',
        describe: 'Level, for example q4_k_m, q8_0 or f16 (GGUF); q4, int8 or fp32 (ONNX)',
      })
      .option('source', { choices: ['huggingface', 'modelscope'] as const, default: 'huggingface', describe: 'Site' })
      .option('endpoint', {
        type: 'string',
        describe: 'Address of the site or a mirror (HF_ENDPOINT, MODELSCOPE_DOMAIN)',
      })
      .option('token', { type: 'string', describe: 'Token of the site (HF_TOKEN, MODELSCOPE_API_TOKEN)' })
      .option('revision', { type: 'string', describe: 'Branch, tag or commit' })
      .option('parallel', { type: 'number', default: 4, describe: 'Parts fetched at the same time' }),
  handler: (flags: Flags) =>
    printed(
      flags,
      (context): Promise<Pulled> => {
        checkFlags(flags);
        context.interrupt.setFix('What arrived is kept; run the same command again to go on.');
        const { id, source, format, endpoint, token, revision, parallel } = flags;
        return pullModel({
          id,
          source,
          format,
          quant: (flags.quant ?? DEFAULT_QUANT[format]).toLowerCase(),
          endpoint,
          token,
          revision,
          parallel,
          home: homeFolder(context.host),
          env: (name) => context.host.env(name),
          clock: context.clock,
          signal: context.interrupt.signal,
          onProgress: transferLine(context),
        });
      },
      ({ folder, files, models }) =>
        (models.length > 0 ? models.map(modelText) : [`${files.length} files in ${folder}`]).join('\n'),
    ),
};

function checkFlags({ parallel, endpoint }: Flags): void {
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > 32)
    throw new R1Error('USAGE', `--parallel: "${parallel}" is not valid; expected a whole number from 1 to 32.`);
  if (endpoint !== undefined && !URL.canParse(endpoint))
    throw new R1Error(
      'USAGE',
      `--endpoint: "${endpoint}" is not valid; expected an address such as https://hf-mirror.com.`,
    );
}

/** `model.gguf: 1.2 GiB of 4.4 GiB, 25.1 MiB/s, 2 min left`, twice a second. */
function transferLine({ console, clock }: CommandContext): NonNullable<PullRequest['onProgress']> {
  const startMs = clock.monotonicMs();
  let shownMs = startMs;
  let resumedBytes: number | undefined;
  return (doneBytes, totalBytes, file) => {
    // What an earlier run fetched arrives in one instant and says nothing about the speed.
    if (resumedBytes === undefined || clock.monotonicMs() - startMs < 50) resumedBytes = doneBytes;
    const nowMs = clock.monotonicMs();
    if (nowMs - shownMs < 500 && doneBytes < totalBytes) return;
    shownMs = nowMs;
    const bytesPerMs = (doneBytes - resumedBytes) / Math.max(1, nowMs - startMs);
    const left =
      bytesPerMs > 0
        ? `, ${formatBytes(bytesPerMs * 1000)}/s, ${formatDuration((totalBytes - doneBytes) / bytesPerMs)} left`
        : '';
    console.progress(`${file}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${left}`);
  };
}
