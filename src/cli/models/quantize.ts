import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import { parseNames } from '../../core/parse.js';
import { matrixTypes } from '../../models/gguf/matrix-types.js';
import { LLAMA_LEVELS } from '../../models/quantize/levels.js';
import { quantizeGguf } from '../../models/quantize.js';
import { type CommonFlags, modelText, printed, progressLine } from './shared.js';

type Flags = CommonFlags & {
  file: string;
  to: string[];
  out: string;
  threads: number;
  allowRequantize: boolean;
  pure: boolean;
};

export const quantizeCommand = {
  command: 'quantize <file>',
  describe: 'Make other levels of an F16 or F32 GGUF file with llama.cpp',
  builder: (yargs: Argv) =>
    yargs
      .positional('file', { type: 'string', demandOption: true, describe: 'A GGUF file in f32, f16 or bf16' })
      .option('to', { type: 'string', array: true, demandOption: true, describe: LLAMA_LEVELS.join(', ') })
      .option('out', { type: 'string', default: '.', describe: 'Folder to write to' })
      .option('threads', { type: 'number', default: availableParallelism(), describe: 'Threads to use' })
      .option('allow-requantize', {
        type: 'boolean',
        default: false,
        describe: 'Also from a file that is quantized already',
      })
      .option('pure', {
        type: 'boolean',
        default: false,
        describe: 'Every matrix in the one type, without the mixture',
      }),
  handler: (flags: Flags) =>
    printed(
      flags,
      async (context): Promise<ModelFile[]> => {
        checkThreads(flags.threads);
        const made: ModelFile[] = [];
        const line = progressLine(context);
        const stem = basename(flags.file, '.gguf').replace(/[-.]?(f16|f32|bf16)$/i, '');
        for (const quant of parseNames('to', flags.to, LLAMA_LEVELS)) {
          const path = join(flags.out, `${stem}-${quant}.gguf`);
          const onProgress = (share: number): void => line(`Making ${path}`, share);
          const { file: source, threads, allowRequantize, pure } = flags;
          const { signal } = context.interrupt;
          made.push(await quantizeGguf({ source, quant, path, threads, allowRequantize, pure, onProgress, signal }));
        }
        return made;
      },
      (models) => models.map((model) => `${modelText(model)}\n${typesText(model)}`).join('\n'),
    ),
};

function checkThreads(threads: number): void {
  if (!Number.isInteger(threads) || threads < 1)
    throw new R1Error('USAGE', `--threads: "${threads}" is not valid; expected a whole number from 1 on.`);
}

/** What types the matrices really have: rows that no block of the level fits are stored in another one. */
function typesText({ path, quant }: ModelFile): string {
  const { counts, bitsPerWeight, fallback } = matrixTypes(path, quant);
  const list = [...counts].map(([type, count]) => `${count} × ${type}`).join(', ');
  const warning = fallback
    ? `\n  not ${quant}         ${fallback.count} of its matrices fell back to ${fallback.types.join(' and ')}: their rows are no multiple of ${fallback.block}`
    : '';
  return `  matrices        ${list}; ${bitsPerWeight.toFixed(2)} bits a weight${warning}`;
}
