/**
 * The weights of a row of logits, in buckets of nearly equal weight: enough to find where a share of the mass ends, and to
 * draw a token, without sorting 150,000 of them or keeping a weight for each.
 */
export type WeightBuckets = {
  /** Sum of the weights in each bucket, likeliest first; the last bucket holds what is too light to be drawn. */
  mass: Float64Array;
  count: Int32Array;
  total: number;
  /** Weight of a token as a multiple of the best one's: e^((logit - peak) / temperature). */
  weightOf(token: number): number;
  /** Tokens of the buckets `from` to `to`, both included, that are allowed: largest logit first, of equals the lower id. */
  tokensIn(from: number, to?: number, allowed?: (token: number) => boolean): number[];
};

/** Tokens e^-35 as likely as the best cannot change a draw of 32 bits, not even 150,000 of them: they weigh 0. */
const REACH = 35;
/** A bucket spans a factor of e^(35/4096) = 1.0086. */
export const BUCKETS = 4096;
/** Parts of a bucket: e^x is taken from two tables and a first-order rest, exact to (35/2^22)²/2 = 3.5e-11. */
const PART_BITS = 10;
const PARTS = 1 << PART_BITS;
const PART = REACH / (BUCKETS * PARTS);
const LAST = BUCKETS * PARTS;

const coarse = Float64Array.from({ length: BUCKETS + 1 }, (_, i) => (i < BUCKETS ? Math.exp(-PART * PARTS * i) : 0));
const fine = Float64Array.from({ length: PARTS }, (_, i) => Math.exp(-PART * i));

/** The first bucket whose lightest weight is below `weight` (0 to 1). */
export const bucketOfWeight = (weight: number): number =>
  Math.min(BUCKETS, Math.max(0, Math.floor(-Math.log(weight) / (PART * PARTS))));

export function weightBuckets(logits: Float32Array, peak: number, temperature: number): WeightBuckets {
  const mass = new Float64Array(BUCKETS + 1);
  const count = new Int32Array(BUCKETS + 1);
  const scale = 1 / (temperature * PART);
  const { length } = logits;
  let light = 0;
  for (let token = 0; token < length; token++) {
    const distance = (peak - logits[token]!) * scale;
    if (distance < LAST) {
      const bucket = distance >>> PART_BITS;
      mass[bucket]! += weightAt(distance);
      count[bucket]!++;
    } else light++;
  }
  count[BUCKETS] = light;
  return {
    mass,
    count,
    total: mass.reduce((sum, part) => sum + part, 0),
    weightOf: (token) => weightAt(Math.min((peak - logits[token]!) * scale, LAST)),
    tokensIn(from, to = from, allowed) {
      const found: number[] = [];
      const [near, far] = [from << PART_BITS, (to + 1) << PART_BITS];
      // One part wider on both sides than the buckets: a comparison each rules out nearly all tokens.
      const [most, least] = [peak - (near - 1) / scale, far > LAST ? -Infinity : peak - (far + 1) / scale];
      for (let token = 0; token < length; token++) {
        const logit = logits[token]!;
        if (logit > most || logit < least) continue;
        const distance = Math.min((peak - logit) * scale, LAST);
        if (distance >= near && distance < far) found.push(token);
      }
      const kept = allowed ? found.filter(allowed) : found;
      return kept.sort((a, b) => logits[b]! - logits[a]! || a - b);
    },
  };
}

/** e^-(distance in parts): the first part of its bucket, times the rest. */
function weightAt(distance: number): number {
  const part = distance | 0;
  return coarse[part >>> PART_BITS]! * fine[part & (PARTS - 1)]! * (1 - (distance - part) * PART);
}
