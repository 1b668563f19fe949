import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runDeployment } from '../../../dist/runners/launch-replicas.js';
import { baseCandidate } from '../../../src/core/candidate.js';
import { GEOMETRIES } from '../../../src/core/model.js';
import { SHORT_WORKLOAD } from '../../../src/core/workload.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { tempFolder } from '../../helpers/fake-model.js';

const isLinuxX64 = process.platform === 'linux' && process.arch === 'x64';

it.runIf(isLinuxX64)(
  'two processes of llama.cpp decode two sequences each, on CPUs of their own',
  async () => {
    const folder = tempFolder('throughput');
    const model = await synthesizeGguf({
      geometry: GEOMETRIES.tiny,
      quant: 'q4_0',
      seed: 1,
      path: join(folder, 'tiny.gguf'),
    });
    const binding = { name: 'own-cpus', tool: 'taskset' as const, cpus: '0-1', memory: null, perReplica: ['0', '1'] };
    const result = await runDeployment(
      {
        candidate: { ...baseCandidate('llama-cpp', 'q4_0', 1), replicas: 2, sequences: 2, binding },
        model,
        workload: {
          ...SHORT_WORKLOAD,
          promptTokens: 16,
          generateTokens: 16,
          streams: { promptTokens: 8, generateTokens: 40 },
        },
        contextTokens: 256,
        slowdown: 0,
      },
      { env: { ...(process.env as Record<string, string>), R1TUNE_ENGINE_CACHE: folder }, deadlineMs: 55_000 },
    );
    expect(result).toMatchObject({ status: 'measured', effective: { cpus: '0-1', threads: 1, allocator: 'glibc' } });
    expect(result.samples!.streams).toMatchObject({ sequences: 4, tokens: 160 });
    expect(result.metrics!.throughputTokensPerSecond).toBeGreaterThan(0);
    expect(result.metrics!.streamItlMs!.samples).toBe(160);
    // Both map the model file and the same libraries: these pages are counted once.
    expect(result.resources!.sharedBytes).toBeGreaterThan(20e6);
  },
  60_000,
);
