import type { Argv } from 'yargs';

/** @param shown what stands for the default in --help, where there is none */
const text = (describe: string, fallback?: string, shown?: string) =>
  ({ type: 'string', describe, ...defaults(fallback, shown) }) as const;
const count = (describe: string, fallback?: number, shown?: string) =>
  ({ type: 'number', describe, ...defaults(fallback, shown) }) as const;
const defaults = <T>(fallback: T | undefined, shown: string | undefined) => ({
  ...(fallback === undefined ? {} : { default: fallback }),
  ...(shown === undefined ? {} : { defaultDescription: shown }),
});
const list = (describe: string) =>
  ({ type: 'string', array: true, default: [] as string[], defaultDescription: 'none', describe }) as const;
const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;

const GROUPS = {
  model: 'What is served:',
  access: 'Who may reach it:',
  load: 'Under load:',
  health: 'Health:',
};

/** `options` under one heading of --help. */
const under = <T extends Record<string, object>>(
  group: string,
  options: T,
): { [K in keyof T]: T[K] & { group: string } } =>
  Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { ...option, group }])) as never;

export const serveOptions = (yargs: Argv) =>
  yargs
    .options(
      under(GROUPS.model, {
        profile: { ...text('The profile to serve: best.json of a run'), demandOption: true },
        model: text("Another file of the profile's geometry and quantization"),
        'chat-template': text('File in Jinja, or deepseek-r1, chatml, llama-3 or plain', undefined, "the model's own"),
        alias: list('Name of the model; the first one is listed'),
        workers: count('Worker processes', undefined, "the profile's replicas"),
        'thinking-budget': count('Most tokens of thinking in an answer', undefined, 'no limit'),
      }),
    )
    .options(
      under(GROUPS.access, {
        host: text('Address to listen on', '127.0.0.1'),
        port: count('Port to listen on; 0 takes any free one', 7860),
        'key-file': text('File of API keys, one a line, KEY or NAME:KEY'),
        'allow-host': list('Further host name to answer to'),
        'cors-origin': list('Web origin that may call'),
      }),
    )
    .options(
      under(GROUPS.load, {
        'max-queue': count('Requests that may wait', 32),
        'max-per-key': count('Requests of one key that may wait or run', undefined, 'no limit'),
        'request-timeout': text('Longest life of a request', '1h'),
        'drain-timeout': text('Time to finish answers after SIGTERM', '30s'),
      }),
    )
    .options(
      under(GROUPS.health, {
        'warm-up': count('Requests before readiness', 5),
        'hang-after': text('Least silence of a worker that counts as hung', '30s'),
        strict: flag('Not ready while slower than 80 % of the profile'),
        verify: text('Only compare the running server at this address with the profile; exit 1 when slower'),
        'log-requests': flag('A line of JSON a request on stderr, without its texts'),
      }),
    )
    .example('$0 serve --profile results/x/best.json', 'the OpenAI API on http://127.0.0.1:7860/v1')
    .example('$0 serve --profile best.json --model real.gguf', 'real weights under a profile of their synthetic twin');
