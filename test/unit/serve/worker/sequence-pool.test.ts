import { expect, it } from 'vitest';
import type { Sequence, Session } from '../../../../src/core/engine.js';
import { createSequencePool, type Lease } from '../../../../src/serve/worker/sequence-pool.js';

type Kept = Sequence & { id: number; tokens: number[] };

/** Sequences that only keep tokens, numbered as they are opened, as an engine does it. */
function tokenKeepers(): Session {
  let opened = 0;
  const open = (): Kept => {
    const kept = { id: opened++, tokens: [] as number[] };
    const truncate = async (count: number) => void kept.tokens.splice(count);
    return Object.assign(kept, { truncate, dispose: async () => {} }) as unknown as Kept;
  };
  return { openSequence: open } as unknown as Session;
}

const tokens = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
const pool = (size: number) => createSequencePool(tokenKeepers(), size);
const idOf = (lease: Lease | undefined) => (lease!.sequence as Kept).id;

/** Lends, evaluates the prompt and an answer, and leaves it lent. */
async function run(from: ReturnType<typeof pool>, prompt: readonly number[], tenant = 'a'): Promise<Lease> {
  const lease = (await from.lend(prompt, tenant))!;
  const kept = lease.sequence as Kept;
  kept.tokens.push(...prompt.slice(lease.cachedTokens), ...tokens(90_000, 5));
  return lease;
}

it('a conversation that goes on finds its own sequence, whatever ran since', async () => {
  const sequences = pool(4);
  const first = await run(sequences, tokens(0, 100));
  sequences.giveBack(first.sequence, 'a');
  for (let i = 1; i < 4; i++) sequences.giveBack((await run(sequences, tokens(1000 * i, 100))).sequence, 'a');
  const again = (await sequences.lend([...tokens(0, 100), ...tokens(90_000, 5), 7, 8, 9], 'a'))!;
  expect(again.sequence).toBe(first.sequence);
  expect(again.cachedTokens).toBe(105);
});

it('the beginning of a chat template is no conversation: nobody loses a cache for it while another place is free', async () => {
  const sequences = pool(2);
  const template = [1, 2];
  const first = await run(sequences, [...template, ...tokens(100, 200)]);
  sequences.giveBack(first.sequence, 'a');
  const other = await run(sequences, [...template, ...tokens(500, 50)]);
  expect(other.sequence).not.toBe(first.sequence);
  expect(first.sequence.tokens).toHaveLength(207);
  // With no other place it is cut back to what they share, which is then not evaluated again.
  const third = (await sequences.lend([...template, ...tokens(900, 50)], 'a'))!;
  expect(third).toEqual({ sequence: first.sequence, cachedTokens: 2 });
});

it('those that run together are numbered without gaps where that is possible', async () => {
  const sequences = pool(4);
  const leases = [];
  for (let i = 0; i < 4; i++) leases.push(await run(sequences, tokens(1000 * i, 50)));
  expect(leases.map(idOf)).toEqual([0, 1, 2, 3]);
  // Number 0 was given back first and is the least recently used, yet 2 is the neighbour of what still runs.
  for (const at of [0, 1, 2]) sequences.giveBack(leases[at]!.sequence, 'a');
  expect(idOf(await sequences.lend(tokens(7000, 50), 'a'))).toBe(2);
  expect(idOf(await sequences.lend(tokens(8000, 50), 'a'))).toBe(1);
  expect(idOf(await sequences.lend(tokens(9000, 50), 'a'))).toBe(0);
  expect(await sequences.lend(tokens(9500, 50), 'a')).toBeUndefined();
});

it('among equals the least recently used is taken', async () => {
  const sequences = pool(2);
  const [first, second] = [await run(sequences, tokens(0, 50)), await run(sequences, tokens(100, 50))];
  sequences.giveBack(second.sequence, 'a');
  sequences.giveBack(first.sequence, 'a');
  expect((await sequences.lend(tokens(500, 50), 'a'))!.sequence).toBe(second.sequence);
});

it('another tenant finds nothing of it', async () => {
  const sequences = pool(1);
  sequences.giveBack((await run(sequences, tokens(0, 50))).sequence, 'a');
  expect((await sequences.lend(tokens(0, 60), 'b'))!.cachedTokens).toBe(0);
});

it('the last token of a prompt is always evaluated', async () => {
  const sequences = pool(1);
  const { sequence } = await run(sequences, tokens(0, 50));
  sequences.giveBack(sequence, 'a');
  expect((await sequences.lend(tokens(0, 50), 'a'))!.cachedTokens).toBe(49);
});

it('counts the tokens of what runs, and opens a new sequence for one that was thrown away', async () => {
  const sequences = pool(2);
  const { sequence } = await run(sequences, tokens(0, 50));
  expect(sequences.tokensInUse).toBe(55);
  await sequences.discard(sequence);
  expect(sequences.tokensInUse).toBe(0);
  expect((await run(sequences, tokens(0, 50))).sequence).not.toBe(sequence);
});
