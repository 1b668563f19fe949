import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { sentinelSchema } from '../../../src/core/outcome.js';
import { randomInt } from '../../../src/core/random.js';
import type { TrialNoise } from './gate-simulation.js';

/** One configuration measured again and again on a real machine, a fresh process each: test/fixtures/traces/*.json. */
export const recordedTraceSchema = z.object({
  schemaVersion: z.literal(1),
  kind: z.literal('r1-tune/recorded-trace'),
  about: z.string().describe('Machine, model, workload, date and the command that recorded it.'),
  unit: z.string().describe('Unit of the values, for example "tok/s".'),
  values: z.array(z.number().positive()).min(60).describe('One value a process, in the order measured.'),
  signals: z
    .array(
      z.object({
        sentinels: z.object({ before: sentinelSchema, after: sentinelSchema.nullable() }).nullable(),
        stealShare: z.number().nullable(),
      }),
    )
    .optional()
    .describe('Readings around each of these processes.'),
});
export type RecordedTrace = z.infer<typeof recordedTraceSchema>;

const FOLDER = fileURLToPath(new URL('../../fixtures/traces/', import.meta.url));

export function recordedTraces(): RecordedTrace[] {
  const names = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.name.endsWith('.json'));
  return names.map(({ name }) => recordedTraceSchema.parse(JSON.parse(readFileSync(`${FOLDER}${name}`, 'utf8'))));
}

/** The trace as the noise of a gate: from a random place on, in recorded order, round the end. */
export const traceNoise = ({ values }: RecordedTrace): TrialNoise => {
  const logs = values.map(Math.log);
  return (random) => {
    let at = randomInt(random, logs.length);
    return () => {
      at = (at + 1) % logs.length;
      return logs[at]!;
    };
  };
};
