import type { Backend } from '../../core/backends.js';
import { R1Error } from '../../core/errors.js';
import { GEOMETRIES, GEOMETRY_IDS, kvBytesPerToken, type ModelFile, type Shape } from '../../core/model.js';
import { BITS_PER_WEIGHT, isRooflineQuant, weightBytesPerToken, weightsOfModel } from '../../core/roofline.js';
import { formatOf, wantedLevels } from './levels.js';
import { readSource } from './source.js';
import type { Level, ResolvedModel, Source } from './types.js';

const geometryIdOf = (shape: Shape): string | null =>
  GEOMETRY_IDS.find((id) => {
    const { hidden, layers, ffn, vocab } = GEOMETRIES[id];
    return hidden === shape.hidden && layers === shape.layers && ffn === shape.ffn && vocab === shape.vocab;
  }) ?? null;

/** A level as its file would be: sizes follow from the shape and the bits of a weight. */
function expectedFile({ backend, quant }: Level, shape: Shape, like: Pick<ModelFile, 'name' | 'weights'>): ModelFile {
  if (!isRooflineQuant(quant)) throw new R1Error('INTERNAL', `The size of ${quant} is not known.`);
  const parameters = weightsOfModel(shape);
  return {
    ...like,
    ...{
      path: '',
      format: formatOf({ backend }),
      quant,
      sha256: null,
      architecture: shape.architecture,
    },
    ...{ geometryId: geometryIdOf(shape), geometry: shape, parameters, contextLength: shape.contextLength },
    sizeBytes: Math.round((parameters * BITS_PER_WEIGHT[quant]) / 8),
    bytesPerToken: Math.round(weightBytesPerToken(shape, quant)),
    kvBytesPerToken: kvBytesPerToken(shape),
  };
}

function sourceShape(source: Source): { shape: Shape; like: Pick<ModelFile, 'name' | 'weights'> } {
  if (source.kind === 'synthetic') {
    const { id: name, ...shape } = source.geometry;
    return { shape, like: { name, weights: 'random' } };
  }
  if (source.kind === 'files') return { shape: source.files[0]!.geometry, like: source.files[0]! };
  throw new R1Error('USAGE', `${source.id} holds original weights, whose shape is read when they are imported.`, {
    fix: 'Import them first: r1-tune models import.',
  });
}

/** The file of a level: the one that is there, or, without a path, as it would be when made. Throws USAGE for original weights. */
export function levelFile(source: Source, level: Level): ModelFile {
  const { shape, like } = sourceShape(source);
  const format = formatOf(level);
  const there = source.kind === 'files' && source.files.find((f) => f.quant === level.quant && f.format === format);
  return there || expectedFile(level, shape, like);
}

/** What `resolveModel` would give, with no file made: those that are there, and the others as they would be. */
export async function expectedModel(
  spec: string | undefined,
  options: { home: string; backends: readonly Backend[]; quants: readonly string[] | undefined },
): Promise<ResolvedModel> {
  const source = await readSource(spec, options.home);
  const files = wantedLevels(source, options.backends, options.quants).map((level) => ({
    backend: level.backend,
    model: levelFile(source, level),
  }));
  return { id: source.id, files, missing: [] };
}
