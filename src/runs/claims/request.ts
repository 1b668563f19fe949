import { CLAIMS } from '../../claims/index.js';
import type { Prices } from '../../core/claims.js';
import { R1Error } from '../../core/errors.js';

export type ClaimsRequest = {
  model?: string;
  backend?: string[];
  only?: string;
  budget: string;
  seed?: number;
  bandwidth: boolean;
  allowMachineChanges: boolean;
  pricePerHour?: number;
  watts?: number;
  pricePerKwh?: number;
  gpuPricePerHour?: number;
  gpuTokensPerSecond?: number;
  currency: string;
  results: string;
  out?: string;
  resume?: string;
};

/** Figures of the user's that claims use, with what each is. */
export const AMOUNTS = {
  'price-per-hour': 'Price of this machine, an hour (claim 12)',
  watts: 'Mean power of this machine under load, where it has no energy counter (claims 8, 12)',
  'price-per-kwh': 'Price of electricity, where it is not part of the price (claim 12)',
  'gpu-price-per-hour': 'Price of the GPU machine, an hour, power included (claim 12)',
  'gpu-tokens-per-second': 'Speed of the GPU machine, generated tok/s (claim 12)',
} as const;

/** `1,4` → numbers of claims, ascending. Throws USAGE. */
export function claimNumbers(only: string | undefined): number[] {
  const known = CLAIMS.map((claim) => claim.number);
  if (only === undefined) return known;
  const asked = String(only)
    .split(',')
    .map((text) => Number(text.trim()));
  const strange = asked.find((number) => !known.includes(number));
  if (strange !== undefined)
    throw new R1Error('USAGE', `--only: "${only}" is not valid; expected numbers from 1 to ${known.length}.`);
  return known.filter((number) => asked.includes(number));
}

/** The user's figures, null where not given. Throws USAGE for what is no price. */
export function pricesOf(flags: ClaimsRequest): Prices {
  const amount = (name: keyof typeof AMOUNTS, value: number | undefined): number | null => {
    if (value === undefined) return null;
    if (value > 0) return value;
    throw new R1Error('USAGE', `--${name}: ${value} is not valid; expected a number above 0.`);
  };
  return {
    pricePerHour: amount('price-per-hour', flags.pricePerHour),
    watts: amount('watts', flags.watts),
    pricePerKwh: amount('price-per-kwh', flags.pricePerKwh),
    gpuPricePerHour: amount('gpu-price-per-hour', flags.gpuPricePerHour),
    gpuTokensPerSecond: amount('gpu-tokens-per-second', flags.gpuTokensPerSecond),
    currency: flags.currency,
  };
}
