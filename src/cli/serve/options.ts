import type { Argv } from 'yargs';

const text = (describe: string, fallback?: string) =>
  ({ type: 'string', describe, ...(fallback === undefined ? {} : { default: fallback }) }) as const;
const count = (describe: string, fallback?: number) =>
  ({ type: 'number', describe, ...(fallback === undefined ? {} : { default: fallback }) }) as const;
const list = (describe: string) => ({ type: 'string', array: true, default: [] as string[], describe }) as const;
const flag = (describe: string) => ({ type: 'boolean', default: false, describe }) as const;

export const serveOptions = (yargs: Argv) =>
  yargs
    .option('profile', { ...text('The profile to serve: best.json of a run'), demandOption: true })
    .option('model', text("Another file of the profile's geometry and quantization"))
    .option('chat-template', text("File in Jinja, or deepseek-r1, chatml, llama-3 or plain (the model's own)"))
    .option('host', text('Address to listen on', '127.0.0.1'))
    .option('port', count('Port to listen on; 0 takes any free one', 7860))
    .option('alias', list('Name of the model; the first one is listed'))
    .option('workers', count("Worker processes (the profile's replicas)"))
    .option('key-file', text('File of API keys, one a line, KEY or NAME:KEY'))
    .option('allow-host', list('Further host name to answer to'))
    .option('cors-origin', list('Web origin that may call'))
    .option('max-queue', count('Requests that may wait', 32))
    .option('max-per-key', count('Requests of one key that may wait or run (no limit)'))
    .option('thinking-budget', count('Most tokens of thinking in an answer (no limit)'))
    .option('request-timeout', text('Longest life of a request', '1h'))
    .option('drain-timeout', text('Time to finish answers after SIGTERM', '30s'))
    .option('hang-after', text('Least silence of a worker that counts as hung', '30s'))
    .option('warm-up', count('Requests before readiness', 5))
    .option('strict', flag('Not ready while slower than 80 % of the profile'))
    .option('verify', text('Only compare the running server at this address with the profile; exit 1 when slower'))
    .option('log-requests', flag('A line of JSON a request on stderr, without its texts'))
    .example('$0 serve --profile results/x/best.json', 'the OpenAI API on http://127.0.0.1:7860/v1')
    .example('$0 serve --profile best.json --model real.gguf', 'real weights under a profile of their synthetic twin');
