import { join } from 'node:path';
import type { Argv } from 'yargs';
import { R1Error } from '../../core/errors.js';
import { GEOMETRIES, GEOMETRY_IDS, isGeometryId, type ModelFile } from '../../core/model.js';
import { isSyntheticQuant, SYNTHETIC_QUANTS, synthesizeGguf } from '../../models/synthesize.js';
import { type CommonFlags, modelText, printed, progressLine } from './shared.js';

type Flags = CommonFlags & { geometry: string; quant: string; seed: number; out?: string; vocabulary?: string };

export const synthCommand = {
  command: 'synth <geometry>',
  describe: 'Write a model of a real geometry with seeded random weights',
  builder: (yargs: Argv) =>
    yargs
      .positional('geometry', { type: 'string', demandOption: true, describe: GEOMETRY_IDS.join(', ') })
      .option('quant', { type: 'string', default: 'q4_0', describe: SYNTHETIC_QUANTS.join(', ') })
      .option('seed', { type: 'number', default: 1, describe: 'Seed of the weights' })
      .option('out', { type: 'string', describe: 'File to write (default: GEOMETRY-QUANT.gguf here)' })
      .option('vocabulary', {
        type: 'string',
        describe: 'A GGUF file whose tokenizer to use (default: a byte-level one)',
      }),
  handler: (flags: Flags) =>
    printed(
      flags,
      (context): Promise<ModelFile> => {
        const { geometry: id, quant, seed, vocabulary } = flags;
        checkFlags(flags);
        const path = flags.out ?? join('.', `synthetic-${id}-${quant}.gguf`);
        const line = progressLine(context);
        return synthesizeGguf({
          geometry: GEOMETRIES[id as keyof typeof GEOMETRIES],
          quant: quant as (typeof SYNTHETIC_QUANTS)[number],
          seed,
          path,
          vocabularyPath: vocabulary,
          onProgress: (share) => line(`Writing ${path}`, share),
          signal: context.interrupt.signal,
        });
      },
      modelText,
    ),
};

function checkFlags({ geometry, quant, seed }: Flags): void {
  if (!isGeometryId(geometry))
    throw new R1Error(
      'MODEL_NOT_FOUND',
      `There is no geometry "${geometry}"; expected one of ${GEOMETRY_IDS.join(', ')}.`,
    );
  if (!isSyntheticQuant(quant))
    throw new R1Error('USAGE', `--quant: "${quant}" is not valid; expected one of ${SYNTHETIC_QUANTS.join(', ')}.`, {
      fix: 'Write f16 and use `r1-tune models quantize` for the other levels.',
    });
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new R1Error('USAGE', `--seed: "${seed}" is not valid; expected a whole number from 0 to 4294967295.`);
}
