import type { Clock } from '../../core/ports.js';

/** A server under load and how it is asked. Any server with the OpenAI API will do. */
export type Target = {
  /** Base, up to and with /v1. */
  url: string;
  model: string;
  key: string | null;
};

export type Question = {
  prompt: string;
  maxTokens: number;
  temperature: number;
  /** Asks for exactly maxTokens; only some servers know it. */
  ignoreEos: boolean;
};

/** One request as the client saw it. Times in ms from the start of the run. */
export type Exchange = {
  /** When it was due: in an open loop the schedule says so, whether or not the client was late. */
  dueMs: number;
  sentMs: number;
  /** Arrival of each chunk that held text. */
  chunkMs: number[];
  endMs: number;
  promptTokens: number | null;
  /** As the server counted them, else the number of chunks. */
  outputTokens: number;
  /** Why there is no whole answer: "503 queue_full", "network", "timeout"; null when there is one. */
  failure: string | null;
};

type Chunk = {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null; reasoning?: string | null } }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  error?: { code?: string | null };
};

/** Asks once, streaming, and times every chunk. Never throws. */
export async function exchange(
  target: Target,
  question: Question,
  options: { clock: Clock; startMs: number; dueMs: number; signal: AbortSignal },
): Promise<Exchange> {
  const now = () => options.clock.monotonicMs() - options.startMs;
  const result: Exchange = {
    dueMs: options.dueMs,
    sentMs: now(),
    chunkMs: [],
    endMs: 0,
    promptTokens: null,
    outputTokens: 0,
    failure: null,
  };
  try {
    const response = await send(target, question, options.signal);
    if (response.ok) await readEvents(response, (chunk) => note(result, chunk, now()));
    else result.failure = await refusal(response);
  } catch {
    result.failure = options.signal.aborted ? 'timeout' : 'network';
  }
  result.endMs = now();
  if (result.chunkMs.length === 0) result.failure ??= 'no text';
  return result;
}

function note(result: Exchange, chunk: Chunk, nowMs: number): void {
  const delta = chunk.choices?.[0]?.delta;
  if (chunk.error) result.failure = `error event ${chunk.error.code ?? ''}`.trim();
  if (chunk.usage)
    Object.assign(result, { promptTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens });
  if (!delta?.content && !delta?.reasoning_content && !delta?.reasoning) return;
  result.chunkMs.push(nowMs);
  result.outputTokens = Math.max(result.outputTokens, result.chunkMs.length);
}

function send({ url, model, key }: Target, question: Question, signal: AbortSignal): Promise<Response> {
  return fetch(`${url}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({
      model,
      messages: [{ role: 'user', content: question.prompt }],
      max_tokens: question.maxTokens,
      temperature: question.temperature,
      stream: true,
      stream_options: { include_usage: true },
      ...(question.ignoreEos ? { ignore_eos: true } : {}),
    }),
    signal,
  });
}

async function refusal(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as Chunk | null;
  return `${response.status} ${body?.error?.code ?? ''}`.trim();
}

async function readEvents(response: Response, onChunk: (chunk: Chunk) => void): Promise<void> {
  let rest = '';
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      const data = line.startsWith('data:') ? line.slice('data:'.length).trim() : '';
      if (data !== '' && data !== '[DONE]') onChunk(JSON.parse(data) as Chunk);
    }
  }
}
