import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_SCRIPT, chatEvents, type FakeServer, postChat, startFakeServer } from '../../helpers/fake-serve.js';

/** Every bracket can be read in eight ways: 8^depth readings of the same text. */
const AMBIGUOUS = {
  $defs: { a: { anyOf: Array.from({ length: 8 }, () => ({ type: 'array', items: { $ref: '#/$defs/a' } })) } },
  $ref: '#/$defs/a',
};
const bound = (schema: object) => ({ type: 'json_schema', json_schema: { name: 'a', schema } });
const STRICT = { reasoning_effort: 'none', response_format: bound(AMBIGUOUS) };

describe('a schema that is hard to follow', { timeout: 30_000 }, () => {
  let server: FakeServer;
  beforeAll(async () => {
    // The answer of the model opens brackets without end.
    const answers = [
      { when: 'brackets', after: '</think>\n\n', say: '['.repeat(60) },
      ...(CLIENT_SCRIPT.answers as []),
    ];
    server = await startFakeServer({ ...CLIENT_SCRIPT, answers }, { candidate: { sequences: 2 } });
  });
  afterAll(() => server.stop());

  const timeToFirstToken = async () => {
    const startMs = performance.now();
    for await (const data of chatEvents(server, { max_tokens: 4 }))
      if (JSON.parse(data).choices[0].delta.reasoning_content) return performance.now() - startMs;
    return Number.POSITIVE_INFINITY;
  };

  it('is answered in under a second, and holds nobody else up', async () => {
    await timeToFirstToken();
    const alone = await timeToFirstToken();
    const startMs = performance.now();
    const hostile = postChat(server, { ...STRICT, max_tokens: 60, messages: [{ role: 'user', content: 'brackets' }] });
    const beside: number[] = [];
    for (let i = 0; i < 5; i++) beside.push(await timeToFirstToken());
    const answer = await hostile;
    expect(answer.status).toBe(200);
    expect(performance.now() - startMs).toBeLessThan(5000);
    const { choices } = (await answer.json()) as { choices: { message: { content: string } }[] };
    expect(choices[0]!.message.content).toBe('['.repeat(60));
    expect(Math.min(...beside)).toBeLessThan(alone + 100);
  });
});
