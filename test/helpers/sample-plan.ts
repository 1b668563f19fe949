import { baseCandidate, type Candidate } from '../../src/core/candidate.js';
import { GEOMETRIES, type ModelFile } from '../../src/core/model.js';
import { type Plan, RUN_VERSION } from '../../src/core/run-result.js';
import { FULL_WORKLOAD, R1_REQUEST, SHORT_WORKLOAD } from '../../src/core/workload.js';

const { id: GEOMETRY_ID, ...GEOMETRY } = GEOMETRIES['deepseek-r1-distill-qwen-1.5b'];

/** A 1.5B file of 1 GB in q4_0, with what a test is about changed. */
export const sampleModel = (changes: Partial<ModelFile> = {}): ModelFile => ({
  path: `/models/${GEOMETRY_ID}-${changes.quant ?? 'q4_0'}.gguf`,
  format: 'gguf',
  quant: 'q4_0',
  sizeBytes: 1_000_000_000,
  sha256: null,
  architecture: 'qwen2',
  geometryId: GEOMETRY_ID,
  geometry: GEOMETRY,
  parameters: 1_777_088_000,
  bytesPerToken: 870_000_000,
  kvBytesPerToken: 28_672,
  weights: 'trained',
  name: 'R1 1.5B',
  contextLength: 131_072,
  ...changes,
});

/** A plan over the given candidates, of which the first is the default. */
export const samplePlan = (
  candidates: readonly Candidate[] = [4, 2].map((threads) => baseCandidate('llama-cpp', 'q4_0', threads)),
  changes: Partial<Plan> = {},
): Plan => ({
  schemaVersion: RUN_VERSION,
  kind: 'r1-tune/plan',
  label: 'plan',
  createdAt: '2026-03-01T08:04:00.000Z',
  command: ['sweep'],
  seed: 1,
  versions: { 'r1-tune': '0.1.0' },
  gitCommit: null,
  strategy: 'grid',
  effort: 'quick',
  budgetMs: null,
  objective: 'decode',
  request: R1_REQUEST,
  constraints: { maxTtftMs: null, maxRssBytes: null, minQuality: null },
  workloads: { short: SHORT_WORKLOAD, full: FULL_WORKLOAD },
  axes: {},
  defaultCandidate: candidates[0]!,
  candidates: [...candidates],
  modelId: 'model',
  contextTokens: 4096,
  models: [sampleModel()],
  excluded: [],
  searchBudget: null,
  trialDeadlineMs: 0,
  expectedTrials: 10,
  expectedMs: 1000,
  ...changes,
});
