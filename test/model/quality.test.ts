import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseCandidate } from '../../src/core/candidate.js';
import type { Session } from '../../src/core/engine.js';
import { inspectGguf } from '../../src/models/gguf/inspect.js';
import { measureQuality } from '../../src/quality/measure-quality.js';
import { createLlamaCppEngine } from '../../src/runners/llama-cpp/index.js';
import { sharedFile } from '../helpers/shared.js';

const text = sharedFile('models/eval-stories.txt');

async function load(path: string): Promise<Session> {
  const model = await inspectGguf(path);
  const candidate = { ...baseCandidate('llama-cpp', model.quant, 1), kvType: 'f32' as const };
  const engine = createLlamaCppEngine(mkdtempSync(join(tmpdir(), 'r1tune-quality-')));
  return engine.load({ model, candidate, contextTokens: 512, sequences: 1 });
}

/** Reference values: ../shared/models/README.md, from an independent float64 computation and llama.cpp's own tool. */
describe.skipIf(text === undefined)('stories260K on llama.cpp', () => {
  it('has its published perplexity, and F16 hardly differs from F32', async () => {
    const request = { backend: 'llama-cpp', text: readFileSync(text!, 'utf8') };
    const full = await load(sharedFile('models/stories260K-f32.gguf')!);
    const model = { quant: 'f32', weights: 'trained' as const, path: 'stories260K-f32.gguf' };
    const { quality, asReference } = await measureQuality({ ...request, session: full, model, reference: null });
    await full.dispose();
    expect(quality.tokens).toBe(3473);
    expect(Math.abs(quality.perplexity! - 5.109)).toBeLessThan(0.01);

    const half = await load(sharedFile('models/stories260K-f16.gguf')!);
    const halved = { ...model, quant: 'f16', path: 'stories260K-f16.gguf' };
    const compared = await measureQuality({ ...request, session: half, model: halved, reference: asReference });
    await half.dispose();
    expect(Math.abs(compared.quality.perplexity! - 5.1092)).toBeLessThan(0.01);
    expect(compared.quality.klDivergence).toBeLessThan(1e-4);
    expect(compared.quality.top1Agreement).toBeGreaterThan(0.99);
  }, 60_000);
});
