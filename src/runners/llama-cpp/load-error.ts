import { R1Error } from '../../core/errors.js';

/** A model that llama.cpp refused, with what it wrote to its log about it. */
export function loadError(path: string, message: string | null, log: readonly string[]): R1Error {
  const reasons = log.filter((line) => /error|fail|invalid|unsupported|unknown/i.test(line)).slice(-3);
  const why = [message, ...reasons].filter((text) => text !== null && text !== '').join(' · ');
  return new R1Error('MODEL_INVALID', `llama.cpp cannot load ${path}: ${why || 'it does not say why'}`);
}
