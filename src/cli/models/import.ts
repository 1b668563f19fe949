import { basename, join, resolve } from 'node:path';
import type { Argv } from 'yargs';
import type { ModelFile } from '../../core/model.js';
import { importSafetensors } from '../../models/huggingface/import.js';
import { type CommonFlags, modelText, printed, progressLine } from './shared.js';

type Flags = CommonFlags & { folder: string; to: 'f16' | 'f32'; out: string };

export const importCommand = {
  command: 'import <folder>',
  describe: 'Make a GGUF file of a Hugging Face folder with safetensors, its tokenizer included',
  builder: (yargs: Argv) =>
    yargs
      .positional('folder', {
        type: 'string',
        demandOption: true,
        describe: 'Folder with config.json, *.safetensors and tokenizer.json',
      })
      .option('to', { choices: ['f16', 'f32'] as const, default: 'f16', describe: 'Element type of the matrices' })
      .option('out', { type: 'string', default: '.', describe: 'Folder to write to' }),
  handler: (flags: Flags) =>
    printed(
      flags,
      (context): Promise<ModelFile> => {
        const { folder, to: type } = flags;
        const path = join(flags.out, `${basename(resolve(folder))}-${type}.gguf`);
        const line = progressLine(context);
        const onProgress = (share: number): void => line(`Writing ${path}`, share);
        return importSafetensors({ folder, path, type, onProgress, signal: context.interrupt.signal });
      },
      modelText,
    ),
};
