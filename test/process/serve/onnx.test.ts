import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GEOMETRIES, type ModelFile } from '../../../src/core/model.js';
import { inspectGguf } from '../../../src/models/gguf/inspect.js';
import { convertToOnnx } from '../../../src/models/onnx/convert.js';
import { synthesizeGguf } from '../../../src/models/synthesize.js';
import { type FakeServer, startTestServer, until } from '../../helpers/fake-serve.js';
import { sharedFile } from '../../helpers/shared.js';

/** The server on ONNX Runtime, and both engines side by side with the same weights. */

const stories = sharedFile('models/stories260K-f32.gguf');
let folder: string;
const servers: FakeServer[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'r1tune-serve-onnx-'));
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true });
});

async function serve(model: ModelFile): Promise<{ server: FakeServer; openai: OpenAI }> {
  const isOnnx = model.format === 'onnx';
  const server = await startTestServer(model, isOnnx ? 'onnx' : 'llama-cpp', {
    // Equal to the last bit needs caches of equal precision.
    candidate: { sequences: 2, batch: 64, kvType: 'f32', flashAttention: false },
    contextTokens: 512,
    hang: { load: 60_000, prefill: 20_000, decode: 20_000 },
  });
  servers.push(server);
  return { server, openai: new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 }) };
}

async function both(source: string, name: string) {
  const twin = await convertToOnnx({ source, level: 'fp32', folder: join(folder, name) });
  return { llama: await serve(await inspectGguf(source)), onnx: await serve(twin) };
}
type Both = Awaited<ReturnType<typeof both>>;

const tell = async (openai: OpenAI, prompt: string | number[], more: object = {}) => {
  const answer = await openai.completions.create({
    model: 'fake-r1',
    prompt,
    max_tokens: 60,
    temperature: 0,
    ...(more as { stream?: false }),
  });
  return answer.choices[0]!;
};

describe.runIf(stories)('stories with trained weights', { timeout: 60_000 }, () => {
  let pair: Both;
  beforeAll(async () => {
    pair = await both(stories!, 'stories');
  }, 60_000);

  it('both engines tell the same ones, greedily', async () => {
    for (const prompt of ['Once upon a time', 'The dog', 'Lily and Tom went to the']) {
      const told = await tell(pair.onnx.openai, prompt);
      expect(told.text.length).toBeGreaterThan(80);
      expect(told).toEqual(await tell(pair.llama.openai, prompt));
    }
  });

  it('both stop, count and weigh alike', async () => {
    const options = { stop: ['Lily'], logprobs: 2 };
    const [a, b] = [
      await tell(pair.onnx.openai, 'Once upon a time', options),
      await tell(pair.llama.openai, 'Once upon a time', options),
    ];
    expect([a.text, a.finish_reason]).toEqual([b.text, 'stop']);
    expect(a.logprobs?.tokens).toEqual(b.logprobs?.tokens);
    for (const [at, logprob] of a.logprobs!.token_logprobs!.entries())
      expect(logprob).toBeCloseTo(b.logprobs!.token_logprobs![at]!, 2);
  });

  it('several at once get what each gets alone, streams too', async () => {
    const { openai } = pair.onnx;
    const prompts = ['Once upon a time', 'The sun', 'One day, a boy'];
    const alone: string[] = [];
    for (const prompt of prompts) alone.push((await tell(openai, prompt)).text);
    const streamed = await Promise.all(
      prompts.map(async (prompt) => {
        let text = '';
        const request = { model: 'fake-r1', prompt, max_tokens: 60, temperature: 0 };
        for await (const chunk of await openai.completions.create({ ...request, stream: true }))
          text += chunk.choices[0]?.text ?? '';
        return text;
      }),
    );
    expect(streamed).toEqual(alone);
  });

  it('a JSON schema holds, a conversation is reused, and an answer outlives its worker', async () => {
    const { openai, server } = pair.onnx;
    const schema = {
      type: 'object',
      properties: { age: { type: 'integer', minimum: 1, maximum: 9 } },
      required: ['age'],
    };
    const { choices } = await openai.chat.completions.create({
      model: 'fake-r1',
      messages: [{ role: 'user', content: 'Lily' }],
      max_tokens: 60,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect((JSON.parse(choices[0]!.message.content!) as { age: number }).age).toBeGreaterThan(0);

    const more = { max_tokens: 300, ignore_eos: true };
    const undisturbed = await tell(openai, 'Once upon a time', more);
    const pending = tell(openai, 'Once upon a time', more);
    const { dispatcher, current } = server.service.fleet;
    await until('some tokens are there', () => (dispatcher.running[0]?.emitted.length ?? 0) > 20);
    process.kill(current.workers[0]!.pid!, 'SIGKILL');
    expect((await pending).text).toBe(undisturbed.text);
    expect(server.deaths).toHaveLength(1);
  });

  it('a client that left frees its sequence', async () => {
    const { openai, server } = pair.onnx;
    const abort = new AbortController();
    const request = { model: 'fake-r1', prompt: 'Once', max_tokens: 400, ...{ ignore_eos: true } };
    const pending = openai.completions.create(request, { signal: abort.signal }).catch((error: Error) => error);
    await until('it runs', () => server.service.fleet.dispatcher.running[0]?.phase === 'decode', 10_000);
    abort.abort();
    expect(await pending).toBeInstanceOf(OpenAI.APIUserAbortError);
    await until('the worker is free', () => server.service.fleet.current.workers[0]!.active.size === 0);
  });
});

describe('a tiny model of random weights', { timeout: 60_000 }, () => {
  it('both engines give the same tokens, greedily', async () => {
    const path = join(folder, 'tiny.gguf');
    await synthesizeGguf({ geometry: GEOMETRIES.tiny, quant: 'f32', seed: 1, path });
    const pair = await both(path, 'tiny');
    const prompt = [10, 20, 30, 40, 50];
    const options = { max_tokens: 40, ignore_eos: true };
    const text = (await tell(pair.onnx.openai, prompt, options)).text;
    expect(text).toBe((await tell(pair.llama.openai, prompt, options)).text);
    expect(text.length).toBeGreaterThan(0);
    expect(pair.onnx.server.service.fleet.description!.effective.engine).toContain('(C API)');
  });
});
