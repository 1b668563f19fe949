import type { RequestLoad, TokenRange } from '../../core/capacity-plan.js';
import { R1Error } from '../../core/errors.js';
import { table } from '../../core/table.js';

const SECONDS = table<Record<string, number>>({ s: 1, min: 60, h: 3600 });
const EXAMPLE = "'rate=3/s prompt=500 answer=1500', or with ranges: 'rate=40/min prompt=100-900 answer=200-3000'";

const invalid = (what: string): R1Error => new R1Error('USAGE', `--load: ${what}; expected ${EXAMPLE}.`);

/** `rate=3/s prompt=500 answer=200-3000` → a load. Throws `USAGE`. */
export function parseLoad(text: string): RequestLoad {
  const pairs = text
    .trim()
    .split(/[\s,]+/)
    .map((part) => part.split('='));
  const fields = new Map(pairs.map(([name = '', value = '']) => [name, value]));
  for (const name of fields.keys())
    if (!['rate', 'prompt', 'answer'].includes(name)) throw invalid(`"${name}" is no part of a load`);
  if (fields.size !== pairs.length) throw invalid('a part is given twice');
  return {
    ratePerSecond: parseRate(fields.get('rate')),
    prompt: parseRange('prompt', fields.get('prompt')),
    answer: parseRange('answer', fields.get('answer')),
  };
}

function parseRate(text = ''): number {
  const match = /^(\d+(?:\.\d+)?)\/(s|min|h)$/.exec(text);
  const rate = match ? Number(match[1]) / SECONDS[match[2]!]! : 0;
  if (!(rate > 0)) throw invalid(`rate "${text}" is not valid`);
  return rate;
}

function parseRange(name: string, text = ''): TokenRange {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const least = Number(match?.[1]);
  const most = Number(match?.[2] ?? match?.[1]);
  if (!match || least < 1 || most < least || most > 1e7) throw invalid(`${name} "${text}" is not valid`);
  return { least, most };
}
