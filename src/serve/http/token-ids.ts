import { Refusal } from '../refusal.js';
import type { Service } from '../service.js';

type TokenFields = {
  logit_bias?: Record<string, number> | null | undefined;
  stop_token_ids?: readonly number[] | null | undefined;
  tokens?: readonly number[];
};

/** Throws a refusal for ids that the vocabulary does not have: they would change nothing, and hide a mistake. */
export function checkTokenIds(
  { fleet }: Service,
  { logit_bias: bias, stop_token_ids: stops, tokens = [] }: TokenFields,
): void {
  const vocabulary = fleet.description?.vocabulary;
  if (vocabulary === undefined) return;
  const check = (ids: readonly number[], param: string) => {
    const wrong = ids.find((id) => id >= vocabulary);
    if (wrong !== undefined)
      throw new Refusal('invalid', `${param}: ${wrong} is not a token id; the vocabulary has ${vocabulary}.`, {
        param,
      });
  };
  check(Object.keys(bias ?? {}).map(Number), 'logit_bias');
  check(stops ?? [], 'stop_token_ids');
  check(tokens, 'tokens');
}
