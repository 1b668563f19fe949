/** The clients of a soak: each does one thing that real ones do, and says when the server let it down. */

import { connect } from 'node:net';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const words = (random, count) => Array.from({ length: count }, () => `w${Math.floor(random() * 1000)}`).join(' ');
const between = (random, least, most) => least + Math.floor(random() * (most - least));

const chat = (model, random, tokens, prompt, more = {}) => ({
  model,
  messages: [{ role: 'user', content: words(random, prompt) }],
  max_tokens: tokens,
  ignore_eos: true,
  ...more,
});

const post = ({ url }, body, signal) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });

/** Reads to the end. Refusals with Retry-After are an honest answer of a busy server. */
async function whole(server, body) {
  const response = await post(server, body);
  const text = await response.text();
  if (response.status === 503 && response.headers.has('retry-after')) return 'refused';
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`);
  if (body.stream && !text.endsWith('data: [DONE]\n\n')) throw new Error(`a stream ended with ${text.slice(-200)}`);
  if (!body.stream && JSON.parse(text).usage.completion_tokens < 1) throw new Error('an answer without tokens');
  return 'answered';
}

async function leaves(server, body, afterMs) {
  try {
    const response = await post(server, { ...body, stream: true }, AbortSignal.timeout(afterMs));
    await response.text();
    return response.status === 503 ? 'refused' : 'answered';
  } catch (error) {
    if (error.name === 'TimeoutError') return 'left';
    throw error;
  }
}

/** Takes a kilobyte now and then from a bare socket, then breaks off without a word. */
function readsSlowly({ url, model }, random, ms) {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify(chat(model, random, 1000, 20, { stream: true }));
  const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.pause();
    socket.write(head + body);
    const sip = setInterval(() => socket.read(1024), 100);
    const end = setTimeout(() => socket.destroy(), ms);
    socket.on('error', reject);
    socket.on('close', () => {
      clearInterval(sip);
      clearTimeout(end);
      resolve('left');
    });
  });
}

async function asksNonsense(server) {
  const response = await post(server, { model: server.model, messages: 'x'.repeat(1000) });
  const { error } = await response.json();
  if (response.status !== 400 || !error?.message) throw new Error(`nonsense was answered with ${response.status}`);
  return 'refused';
}

const SCHEMA = {
  type: 'object',
  properties: { count: { type: 'integer', minimum: 0, maximum: 99 }, unit: { enum: ['heads', 'feet'] } },
  required: ['count', 'unit'],
};
const FORM = { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: SCHEMA } } };

/** Name, weight, what it does. */
const KINDS = [
  ['streams', 4, (s, r) => whole(s, chat(s.model, r, between(r, 20, 300), 20, { stream: true }))],
  ['whole answers', 2, (s, r) => whole(s, chat(s.model, r, between(r, 5, 100), 20))],
  ['long prompts', 2, (s, r) => whole(s, chat(s.model, r, 10, between(r, 50, s.longestPrompt), { stream: true }))],
  ['several answers', 1, (s, r) => whole(s, chat(s.model, r, 40, 20, { n: 3, stream: true }))],
  ['log-probabilities', 1, (s, r) => whole(s, chat(s.model, r, 30, 20, { logprobs: true, top_logprobs: 5 }))],
  ['JSON', 1, (s, r) => whole(s, chat(s.model, r, 200, 20, { ...FORM, ignore_eos: false }))],
  ['leave in the answer', 3, (s, r) => leaves(s, chat(s.model, r, 1000, 20), between(r, 50, 1500))],
  ['leave in the prompt', 2, (s, r) => leaves(s, chat(s.model, r, 1000, s.longestPrompt), between(r, 1, 60))],
  ['read slowly', 1, (s, r) => readsSlowly(s, r, between(r, 1000, 6000))],
  ['ask nonsense', 1, (s) => asksNonsense(s)],
];
const LINE = KINDS.flatMap(([name, weight, act]) => Array.from({ length: weight }, () => ({ name, act })));

/** What a server opens or loads on first use it keeps: that belongs to its idle state. */
export async function oneOfEach(server, random) {
  for (const [name, , act] of KINDS) if (!name.startsWith('leave')) await act(server, random);
}

/** Goes on until `isOver`, counting what became of each request. */
export async function client(server, random, counts, failures, isOver) {
  while (!isOver()) {
    const { name, act } = LINE[Math.floor(random() * LINE.length)];
    try {
      const key = `${name}: ${await act(server, random)}`;
      counts[key] = (counts[key] ?? 0) + 1;
    } catch (error) {
      failures.push(`${name}: ${error.cause?.message ?? error.message}`);
    }
    await pause(between(random, 0, 200));
  }
}
