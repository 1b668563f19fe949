import { describe, expect, it } from 'vitest';
import type { Session } from '../../../src/core/engine.js';
import { qualitySchema } from '../../../src/core/run-result.js';
import { distributionOf, klDivergence } from '../../../src/quality/distribution.js';
import { measureQuality, type QualityRequest } from '../../../src/quality/measure-quality.js';
import { decodeReference, encodeReference } from '../../../src/quality/reference.js';
import { withReference } from '../../../src/quality/with-reference.js';

/** A session of 8 tokens whose next token depends on the last alone: row `last` of `table`, probabilities. */
function tableSession(table: readonly (readonly number[])[], bosToken: number | null = 0): Session {
  const calls: number[] = [];
  const session = {
    describe: () => ({ bosToken, eosTokens: [], vocabulary: 8, contextTokens: 64 }),
    tokenize: (text: string) => [...text].map((digit) => Number(digit)).filter((digit) => !Number.isNaN(digit)),
    openSequence: () => ({
      truncate: async () => {},
      logits: async (tokens: readonly number[]) => {
        calls.push(tokens.length);
        // Any constant may be added to a row of logits without a change.
        return tokens.map((token) => Float32Array.from(table[token]!, (p) => Math.log(p) + token));
      },
      dispose: async () => {},
    }),
    calls,
  };
  return session as unknown as Session;
}

const skewed = (peak: number, share: number): number[] =>
  Array.from({ length: 8 }, (_, i) => (i === peak ? share : (1 - share) / 7));
const UNIFORM = Array.from({ length: 8 }, () => new Array<number>(8).fill(1 / 8));
const NEXT = Array.from({ length: 8 }, (_, i) => skewed((i + 1) % 8, 0.5));
const LESS = Array.from({ length: 8 }, (_, i) => skewed((i + 1) % 8, 0.25));

const request = (table: number[][], change: Partial<QualityRequest> = {}): QualityRequest => ({
  session: tableSession(table),
  model: { quant: 'q4_0', weights: 'trained', path: 'models/x.gguf' },
  backend: 'fake',
  reference: null,
  text: '1234\n\n5671',
  ...change,
});

describe('perplexity', () => {
  it('of a model that knows nothing is the size of its vocabulary', async () => {
    const { quality } = await measureQuality(request(UNIFORM));
    expect(quality.perplexity).toBeCloseTo(8, 5);
    expect(quality.tokens).toBe(8);
    expect(qualitySchema.parse(quality)).toEqual(quality);
  });

  it('is the geometric mean of 1/p over all tokens but BOS', async () => {
    // BOS 0 → 1 is foreseen, 0 → 5 is not; six of eight steps are foreseen, 7 → 1 and 0 → 5 are not.
    const { quality } = await measureQuality(request(NEXT));
    const unforeseen = 0.5 / 7;
    expect(quality.perplexity).toBeCloseTo(Math.exp(-(6 * Math.log(0.5) + 2 * Math.log(unforeseen)) / 8), 5);
  });

  it('without BOS, the first token of a passage is not predicted', async () => {
    const { quality } = await measureQuality(request(NEXT, { session: tableSession(NEXT, null) }));
    expect(quality.tokens).toBe(6);
  });

  it('asks for few logits at a time, and for those of the last token never', async () => {
    const session = tableSession(NEXT);
    await measureQuality(request(NEXT, { session, text: '1'.repeat(63) }));
    expect((session as unknown as { calls: number[] }).calls).toEqual([32, 31]);
  });

  it('a passage longer than the context is cut', async () => {
    const { quality } = await measureQuality(request(UNIFORM, { text: '1'.repeat(130) }));
    expect(quality.tokens).toBe(130);
  });
});

describe('against a reference', () => {
  const reference = async () => (await measureQuality(request(NEXT))).asReference!;

  it('a model does not differ from itself', async () => {
    const { quality, asReference } = await measureQuality(request(NEXT, { reference: await reference() }));
    expect(quality).toMatchObject({ klDivergence: expect.closeTo(0, 5), top1Agreement: 1, reference: 'models/x.gguf' });
    expect(asReference).toBeNull();
  });

  it('the divergence is that of the definition', async () => {
    const { quality } = await measureQuality(request(LESS, { reference: await reference() }));
    const expected = 0.5 * Math.log(0.5 / 0.25) + 0.5 * Math.log(0.5 / 0.75);
    expect(quality.klDivergence).toBeCloseTo(expected, 5);
    expect(quality.top1Agreement).toBe(1);
  });

  it('agreement is the share of equal first choices', async () => {
    const other = NEXT.map((row, i) => (i === 2 ? skewed(7, 0.5) : row));
    const { quality } = await measureQuality(request(other, { reference: await reference() }));
    expect(quality.top1Agreement).toBeCloseTo(7 / 8);
  });

  it('survives the way through a file', async () => {
    const asReference = { ...(await reference()), name: 'modèle-重.gguf' };
    expect(decodeReference(encodeReference(asReference))).toEqual(asReference);
    expect(() => decodeReference(encodeReference(asReference).subarray(0, -1))).toThrow(/damaged/);
    expect(() => decodeReference(new Uint8Array(3))).toThrow(/damaged/);
  });

  it('the reference agrees with itself, but only where another was compared with it', async () => {
    const { quality: first, asReference } = await measureQuality(request(NEXT));
    expect(first).toMatchObject({ klDivergence: null, top1Agreement: null });
    expect(withReference([first])).toEqual([first]);
    const { quality: second } = await measureQuality(request(LESS, { reference: asReference }));
    const failed = { ...first, measurable: false, perplexity: null };
    expect(withReference([failed, first, second])).toEqual([
      failed,
      { ...first, klDivergence: 0, top1Agreement: 1 },
      second,
    ]);
  });

  it('other tokens cannot be compared', async () => {
    const other = request(NEXT, { reference: await reference(), text: '1243\n\n5671' });
    await expect(measureQuality(other)).rejects.toThrow(/other tokens than models\/x.gguf/);
  });
});

describe('distributions', () => {
  it('joining the tokens that were not kept lowers the divergence, a little', () => {
    const logits = (seed: number) => Float32Array.from({ length: 1000 }, (_, i) => 4 * Math.sin(i * seed));
    const whole = klDivergence(distributionOf(logits(1.7), 1000), logits(1.71));
    const joined = klDivergence(distributionOf(logits(1.7), 500), logits(1.71));
    expect(joined).toBeLessThanOrEqual(whole);
    expect(joined).toBeGreaterThan(0.9 * whole);
  });

  it('keeps the likeliest first', () => {
    const { ids, logprobs } = distributionOf(Float32Array.of(1, 5, 3), 2);
    expect([...ids]).toEqual([1, 2]);
    expect(Math.exp(logprobs[0]!)).toBeCloseTo(1 / (1 + Math.exp(-2) + Math.exp(-4)), 5);
  });
});

it('random weights are not measurable, and cost nothing to say so', async () => {
  const random = request(NEXT, { model: { quant: 'q4_0', weights: 'random', path: 'x' }, session: null as never });
  const { quality, asReference } = await measureQuality(random);
  expect(quality).toMatchObject({ measurable: false, perplexity: null, reason: expect.stringMatching(/random/) });
  expect(asReference).toBeNull();
});

it('logits that are no numbers are an error, not a perplexity', async () => {
  const broken = NEXT.map((row, i) => (i === 3 ? row.map(() => Number.NaN) : row));
  await expect(measureQuality(request(broken))).rejects.toThrow(/no numbers after 3 tokens/);
});

it('stops between chunks', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(measureQuality(request(NEXT, { signal }))).rejects.toThrow('stopped');
});

it('a text without tokens is refused', async () => {
  await expect(measureQuality(request(NEXT, { text: '\n\n' }))).rejects.toThrow(/no passage/);
});
