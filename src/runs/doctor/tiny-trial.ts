import { BACKENDS } from '../../core/backends.js';
import { type Backend, baseCandidate, type Candidate } from '../../core/candidate.js';
import type { ModelFile, ModelFormat } from '../../core/model.js';
import type { Measurement } from '../../core/outcome.js';
import type { Workload } from '../../core/workload.js';
import { runTrial } from '../../runners/launch.js';
import type { Context } from '../context.js';
import { environmentOf } from '../experiment/environment.js';
import { resolveModels } from '../sweep/resolve-models.js';

/** Long enough to run every kernel once. */
const WORKLOAD: Workload = {
  promptTokens: 16,
  generateTokens: 2,
  contextDepth: 0,
  warmUpPromptTokens: 0,
  warmUpGenerateTokens: 0,
  seed: 1,
};
const LEVELS: Record<ModelFormat, string> = { gguf: 'q4_0', onnx: 'int8' };
const DEADLINE_MS = 60_000;

/** A model of a few megabytes for an engine, made here when it is not there yet. */
export async function tinyModel(backend: Backend, context: Context): Promise<ModelFile> {
  const quants = [LEVELS[BACKENDS[backend].format]];
  const request = { spec: 'synthetic:tiny', backends: [backend], quants, threads: 1 };
  return (await resolveModels(request, context)).arms[0]!.model;
}

/** A trial of a few tokens in a child of its own, which proves what it runs on, as every trial does. */
export function tinyTrial(
  backend: Backend,
  model: ModelFile,
  knobs: Partial<Candidate>,
  { host, signal }: Context,
): Promise<Measurement> {
  const candidate = { ...baseCandidate(backend, model.quant, 1), ...knobs };
  const request = { candidate, model, workload: WORKLOAD, contextTokens: 64, slowdown: 0 };
  return runTrial(request, { env: environmentOf(host), deadlineMs: DEADLINE_MS, signal });
}
