import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type RunResult, runResultSchema } from '../../src/core/run-result.js';
import { tempFolder } from '../helpers/fake-model.js';
import { runCli } from '../helpers/run-cli.js';
import { sharedFile } from '../helpers/shared.js';

/** A sweep of a real model over both engines, as a user runs it: quality beside speed, and as a constraint. */
const model = sharedFile('models/stories260K-f32.gguf');
const text = sharedFile('models/eval-stories.txt');
const folder = tempFolder('quality');
afterAll(() => rmSync(folder, { recursive: true }));

const FIXED = ['--threads', '1', '--binding', 'none', '--allocator', 'glibc', '--kv-type', 'f32', '--no-bandwidth'];
const sweep = (...flags: string[]) => {
  const where = ['--home', join(folder, 'home'), '--out', join(folder, 'run')];
  return runCli(['sweep', '--model', model!, ...FIXED, '--no-sentinels', '--effort', 'quick', ...where, ...flags]);
};

describe.skipIf(!model || !text)('a sweep of stories260K over both engines', () => {
  it('reports each level’s perplexity on the given text, and none below --min-quality wins', async () => {
    const levels = ['--backend', 'llama-cpp,onnx', '--quant', 'f32,q4_0,fp32,int4'];
    const result = await sweep(...levels, '--strategy', 'grid', '--quality-text', text!, '--min-quality', '0.97');
    expect(result.stderr).not.toContain('cannot be checked');
    expect(result.exitCode).toBe(0);
    const run = runResultSchema.parse(JSON.parse(readFileSync(join(folder, 'run', 'run.json'), 'utf8')));
    expectQuality(run);
    expectConstraint(run);
    const html = readFileSync(join(folder, 'run', 'report.html'), 'utf8');
    expect(html).toContain('5.109');
    expect(html).toContain('eval-stories.txt');
    expect(readFileSync(join(folder, 'run', 'summary.md'), 'utf8')).toMatch(/llama-cpp f32 \| 5\.109/);
  }, 300_000);
});

function expectQuality({ quality }: RunResult): void {
  const of = (name: string) => quality.find(({ backend, quant }) => `${backend} ${quant}` === name)!;
  expect(quality).toHaveLength(4);
  for (const one of quality)
    expect(one).toMatchObject({ tokens: 3473, text: 'eval-stories.txt (sha256 2bb9d5bccaa3)' });
  // ../shared/models/README.md: an independent float64 computation, and llama.cpp's own tool for Q4_0.
  for (const exact of ['llama-cpp f32', 'onnx fp32']) {
    expect(of(exact).perplexity).toBeGreaterThan(5.099);
    expect(of(exact).perplexity).toBeLessThan(5.119);
    expect(of(exact).top1Agreement).toBeGreaterThan(0.995);
  }
  expect(Math.abs(of('llama-cpp q4_0').perplexity! - 5.4067)).toBeLessThan(0.03);
  for (const coarse of ['llama-cpp q4_0', 'onnx int4']) {
    expect(of(coarse).top1Agreement).toBeLessThan(0.97);
    expect(of(coarse).klDivergence).toBeGreaterThan(0.01);
  }
}

function expectConstraint({ configurations, choice }: RunResult): void {
  const precise = (quant: string): boolean => quant === 'f32' || quant === 'fp32';
  for (const { candidate, brokenConstraints, pareto } of configurations) {
    const words = brokenConstraints.join();
    if (precise(candidate.quant)) expect(words).not.toContain('agreement');
    else expect(words).toMatch(/top-1 agreement 0\.\d+ is below 0\.97/);
    expect(pareto).not.toBe('not-ranked');
  }
  const chosen = configurations.find(({ candidateId }) => candidateId === choice?.candidateId);
  expect(precise(chosen!.candidate.quant)).toBe(true);
}

describe('flags of quality', () => {
  it.each([
    ['a text that is not there', ['--quality-text', join(folder, 'none.txt')], /none\.txt cannot be read/],
    ['an empty text', ['--quality-text', join(folder, 'empty.txt')], /empty\.txt is empty/],
    ['a text of bytes', ['--quality-text', join(folder, 'bytes.txt')], /bytes\.txt is no UTF-8 text/],
    ['a limit without a measurement', ['--min-quality', '0.9', '--no-quality'], /--min-quality need/],
  ])(
    '%s is refused before any model is made',
    async (_name, flags, words) => {
      writeFileSync(join(folder, 'empty.txt'), ' \n\n');
      writeFileSync(join(folder, 'bytes.txt'), Buffer.from([0x47, 0xff, 0xfe]));
      const result = await runCli(['sweep', '--model', 'synthetic:tiny', '--home', join(folder, 'none'), ...flags]);
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toMatch(words);
    },
    60_000,
  );
});
