import type { LlamaApi } from './llama-api.js';

/** Lines kept: enough to say why a load failed. */
const MOST_LINES = 200;
let log: string[] | undefined;

/** The last lines that llama.cpp wrote to its log; of it there is one a process. */
export function openLog({ koffi, llama }: LlamaApi): string[] {
  if (log) return log;
  const lines: string[] = [];
  const write = (_level: number, text: string): void => {
    lines.push(text.trimEnd());
    if (lines.length > MOST_LINES) lines.shift();
  };
  // Registered for ever: the library may write at any time.
  const callback = koffi.register(write, koffi.pointer(koffi.proto('void', ['int', 'const char *', 'void *'])));
  llama.llama_log_set(callback, null);
  log = lines;
  return lines;
}
