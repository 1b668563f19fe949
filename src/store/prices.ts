import { readFileSync } from 'node:fs';
import { R1Error } from '../core/errors.js';
import { PRICES_VERSION, type Prices, pricesSchema } from '../core/prices.js';
import { type DocumentKind, upgradeDocument } from './upgrade.js';

const KIND: DocumentKind<Prices> = {
  kind: 'r1-tune/prices',
  version: PRICES_VERSION,
  schema: pricesSchema,
  upgrades: {},
  error: 'USAGE',
};

/** The file of --prices. Throws `USAGE` naming the field. */
export function readPrices(path: string): Prices {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new R1Error('USAGE', `--prices: ${path} cannot be read: ${(cause as Error).message}`, {
      fix: 'Write it as docs/fleet.md shows; r1-tune schema prices prints its fields.',
      cause,
    });
  }
  return upgradeDocument(document, KIND, path);
}
