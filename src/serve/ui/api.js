/** The requests of the page. All go to this server, by paths relative to the page. */

const headers = (key) => ({ 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) });

export class ApiFailure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function failure(response) {
  const body = await response.json().catch(() => null);
  return new ApiFailure(response.status, body?.error?.message ?? `HTTP ${response.status}`);
}

export async function servedModel(key) {
  const response = await fetch('v1/models', { headers: headers(key) });
  if (!response.ok) throw await failure(response);
  return (await response.json()).data[0].id;
}

/** What the served model can do. */
export async function properties(key) {
  const response = await fetch('props', { headers: headers(key) });
  if (!response.ok) throw await failure(response);
  return response.json();
}

/** `status` is `ok`, `degraded`, or what keeps the server from being ready; `decode` its speed. */
export async function health() {
  return (await fetch('readyz')).json();
}

/** Yields the chunks of an answer; throws ApiFailure when the server refuses or gives up. */
export async function* streamChat(request, { key, signal }) {
  const body = JSON.stringify({ ...request, stream: true, stream_options: { include_usage: true } });
  const response = await fetch('v1/chat/completions', { method: 'POST', headers: headers(key), body, signal });
  if (!response.ok) throw await failure(response);
  let rest = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const events = (rest + part.value).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      if (!event.startsWith('data: ')) continue;
      if (event === 'data: [DONE]') return;
      const chunk = JSON.parse(event.slice('data: '.length));
      if (chunk.error) throw new ApiFailure(response.status, chunk.error.message);
      yield chunk;
    }
  }
  throw new ApiFailure(0, '');
}
