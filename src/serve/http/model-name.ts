import { Refusal } from '../refusal.js';
import type { Service } from '../service.js';

/** Throws `model_not_found` unless the name is the served model's id or an alias of it. */
export function requireModel({ model }: Service, name: string): void {
  if (name === model.id || model.aliases.includes(name)) return;
  throw new Refusal('unknownModel', `The model "${name}" does not exist here; this server has "${model.id}".`, {
    param: 'model',
  });
}
