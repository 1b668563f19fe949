import { basename, join } from 'node:path';
import type { Argv } from 'yargs';
import type { ModelFile } from '../../core/model.js';
import { parseNames } from '../../core/parse.js';
import { convertToOnnx } from '../../models/onnx/convert.js';
import { ONNX_LEVELS } from '../../models/onnx/levels.js';
import { type CommonFlags, modelText, printed, progressLine } from './shared.js';

type Flags = CommonFlags & { file: string; to: string[]; out: string };

export const onnxCommand = {
  command: 'onnx <file>',
  describe: 'Make ONNX decoders of a GGUF file',
  builder: (yargs: Argv) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'A GGUF file of a Qwen2, Qwen3 or Llama model',
      })
      .option('to', { type: 'string', array: true, demandOption: true, describe: ONNX_LEVELS.join(', ') })
      .option('out', { type: 'string', default: '.', describe: 'Folder in which a folder for each level is made' }),
  handler: (flags: Flags) =>
    printed(
      flags,
      async (context): Promise<ModelFile[]> => {
        const made: ModelFile[] = [];
        const line = progressLine(context);
        for (const level of parseNames('to', flags.to, ONNX_LEVELS)) {
          const folder = join(flags.out, `${basename(flags.file, '.gguf')}-${level}-onnx`);
          const onProgress = (share: number): void => line(`Making ${folder}`, share);
          made.push(
            await convertToOnnx({ source: flags.file, level, folder, onProgress, signal: context.interrupt.signal }),
          );
        }
        return made;
      },
      (models) => models.map(modelText).join('\n'),
    ),
};
