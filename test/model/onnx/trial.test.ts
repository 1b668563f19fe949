import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runTrial } from '../../../dist/runners/launch.js';
import { baseCandidate } from '../../../src/core/candidate.js';
import { GEOMETRIES } from '../../../src/core/model.js';
import { SHORT_WORKLOAD } from '../../../src/core/workload.js';
import { convertToOnnx } from '../../../src/models/onnx/convert.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { tempFolder } from '../../helpers/fake-model.js';

const FEW = { promptTokens: 8, generateTokens: 2, warmUpPromptTokens: 4, warmUpGenerateTokens: 1 };

it.runIf(process.platform === 'linux')('a trial without huge pages keeps the C API', async () => {
  const folder = tempFolder('onnx-trial');
  const source = join(folder, 'tiny.gguf');
  await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'f32', seed: 1, path: source });
  const model = await convertToOnnx({ source, level: 'fp32', folder });
  const result = await runTrial(
    {
      candidate: { ...baseCandidate('onnx', model.quant, 1), hugePages: 'never' },
      model,
      workload: { ...SHORT_WORKLOAD, ...FEW },
      contextTokens: 256,
      slowdown: 0,
    },
    { env: process.env as Record<string, string>, deadlineMs: 55_000 },
  );
  expect(result.reason).toBeNull();
  expect(result.effective!.engine).toContain('(C API)');
});
