import type { ClaimFacts } from '../../../src/claims/claim.js';
import type { Backend } from '../../../src/core/candidate.js';
import { GEOMETRIES, kvBytesPerToken, type ModelFile, shapeSchema } from '../../../src/core/model.js';
import { BITS_PER_WEIGHT, type RooflineQuant, weightBytesPerToken } from '../../../src/core/roofline.js';
import { sampleMachine } from '../sample-machine.js';

/** A made-up desktop with both backends, every level, every allocator and every right. For tests of claims. */

const geometry = GEOMETRIES['deepseek-r1-distill-qwen-1.5b'];
const PARAMETERS = 1_777_088_000;

export function claimModel(backend: Backend, quant: RooflineQuant): ModelFile {
  return {
    path: `/models/${backend}-${quant}`,
    format: backend === 'onnx' ? 'onnx' : 'gguf',
    quant,
    sizeBytes: Math.round((PARAMETERS * BITS_PER_WEIGHT[quant]) / 8),
    sha256: null,
    architecture: 'qwen2',
    geometryId: geometry.id,
    geometry: shapeSchema.parse(geometry),
    parameters: PARAMETERS,
    bytesPerToken: Math.round(weightBytesPerToken(geometry, quant)),
    kvBytesPerToken: kvBytesPerToken(geometry),
    weights: 'random',
    name: 'synthetic',
    contextLength: 131072,
  };
}

export function claimFacts(changes: Partial<ClaimFacts> = {}): ClaimFacts {
  const machine = structuredClone(sampleMachine());
  machine.allocators = (['jemalloc', 'tcmalloc'] as const).map((name) => ({
    name,
    variant: name,
    path: `/usr/lib/lib${name}.so.2`,
    version: null,
    usable: true,
  }));
  return {
    machine,
    models: [
      ...(['q4_0', 'q8_0', 'f16'] as const).map((quant) => claimModel('llama-cpp', quant)),
      ...(['int4', 'int8'] as const).map((quant) => claimModel('onnx', quant)),
    ],
    larger: null,
    absent: {},
    controls: { cpuGroups: null, pageCache: null, swappiness: null },
    prices: {
      pricePerHour: 0.1,
      watts: null,
      pricePerKwh: null,
      gpuPricePerHour: 1,
      gpuTokensPerSecond: 100,
      currency: '$',
    },
    seed: 1,
    shareMs: (30 * 60_000) / 13,
    ...changes,
  };
}
