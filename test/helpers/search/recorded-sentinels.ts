import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { sentinelSchema } from '../../../src/core/outcome.js';
import { type Signals, voidReasons } from '../../../src/sweeps/trials/void-pairs.js';

/** Sentinel readings of a real machine, one after another: test/fixtures/sentinels/*.json. */
const recordingSchema = z.object({
  about: z.string().describe('Machine, date and what else ran.'),
  readings: z.array(
    z.object({
      sentinel: sentinelSchema,
      stealShare: z.number().describe('Share that the hypervisor took since the reading before, 0 to 1.'),
    }),
  ),
});
export type SentinelRecording = z.infer<typeof recordingSchema>;

const FOLDER = fileURLToPath(new URL('../../fixtures/sentinels/', import.meta.url));

export const sentinelRecordings = (): SentinelRecording[] =>
  readdirSync(FOLDER).map((name) => recordingSchema.parse(JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8'))));

/** Trials between the readings: each has one before and one after it, from a given place on, round the end. */
export const signalsFrom = ({ readings }: SentinelRecording, from: number, trials: number): Signals[] =>
  Array.from({ length: trials }, (_, i) => {
    const [before, after] = [readings[(from + i) % readings.length]!, readings[(from + i + 1) % readings.length]!];
    return { sentinels: { before: before.sentinel, after: after.sentinel }, stealShare: after.stealShare };
  });

/** Share of disturbed pairs in gates of so many pairs that begin at every place of a recording, by the rule of gate and sweep. */
export function disturbedShare(recording: SentinelRecording, pairs: number): number {
  let disturbed = 0;
  let judged = 0;
  for (let from = 0; from < recording.readings.length; from++) {
    const run = signalsFrom(recording, from, 2 * pairs);
    for (let at = 0; at < run.length; at += 2) {
      judged++;
      if (voidReasons(run.slice(at, at + 2), run.slice(0, at + 2)).length > 0) disturbed++;
    }
  }
  return disturbed / judged;
}
