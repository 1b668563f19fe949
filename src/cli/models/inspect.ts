import { statSync } from 'node:fs';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import type { ModelFile } from '../../core/model.js';
import { inspectGguf } from '../../models/gguf/inspect.js';
import { inspectOnnxFile, inspectOnnxFolder } from '../../models/onnx/inspect.js';
import { modelSha256 } from '../../models/resolve/model-hash.js';
import { homeFolder } from '../../runs/home.js';
import { type CommonFlags, modelText, printed, progressLine } from './shared.js';

type Flags = CommonFlags & { file: string; sha256: boolean };

export const inspectCommand = {
  command: 'inspect <file>',
  describe: 'What a model file is: shape, level, sizes, soundness',
  builder: (yargs: Argv) =>
    yargs
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'A .gguf file, or a folder with ONNX decoders',
      })
      .option('sha256', { type: 'boolean', default: false, describe: 'Read the file through for its SHA-256' }),
  handler: (flags: Flags) =>
    printed(
      flags,
      async (context): Promise<ModelFile[]> => {
        const models = await modelsAt(flags.file);
        if (!flags.sha256) return models;
        const options = {
          home: homeFolder(context.host),
          onStep: progressLine(context),
          signal: context.interrupt.signal,
        };
        return Promise.all(models.map(async (model) => ({ ...model, sha256: await modelSha256(model, options) })));
      },
      (models) => models.map(modelText).join('\n'),
    ),
};

async function modelsAt(path: string): Promise<ModelFile[]> {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (!isFolder && !path.endsWith('.onnx')) return [await inspectGguf(path)];
  const models = isFolder ? inspectOnnxFolder(path) : [inspectOnnxFile(path) ?? []].flat();
  if (models.length > 0) return models;
  throw new R1Error('MODEL_NOT_FOUND', `${path} holds no ONNX decoder with its r1-tune.json or config.json.`);
}
