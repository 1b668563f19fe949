// Turns finished runs of one configuration into a fixture: `r1-tune bench --trials N`, or gates of a profile with itself,
// with the readings around every trial. Usage: node scripts/record-trace.mjs OUT.json ABOUT RUN_FOLDER...
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { candidateLabel } from '../dist/core/candidate.js';

const [out, about, ...folders] = process.argv.slice(2);
const lines = folders.flatMap((folder) =>
  readFileSync(join(folder, 'outcomes.jsonl'), 'utf8').trim().split('\n').filter(Boolean),
);
// Every process in the order measured, disturbed ones too: the gate's own rules void those.
const outcomes = lines.map((line) => JSON.parse(line)).filter(({ metrics, phase }) => metrics && phase !== 'calibrate');
const { candidate, workload } = outcomes[0];
const short = (value) => (value === null ? null : Number(value.toPrecision(5)));
const reading = (sentinel) =>
  sentinel && Object.fromEntries(Object.entries(sentinel).map(([name, ms]) => [name, short(ms)]));
const trace = {
  schemaVersion: 1,
  kind: 'r1-tune/recorded-trace',
  about: `${about}: ${candidateLabel(candidate)}, decode after pp${workload.promptTokens}, tg${workload.generateTokens}, ${outcomes[0].startedAt.slice(0, 10)}`,
  unit: 'tok/s',
  values: outcomes.map(({ metrics }) => short(metrics.decodeMedianChunkRate)),
  signals: outcomes.map(({ sentinels, resources }) => ({
    sentinels: sentinels && { before: reading(sentinels.before), after: reading(sentinels.after) },
    stealShare: short(resources?.stealShare ?? null),
  })),
};
writeFileSync(out, `${JSON.stringify(trace)}\n`);
console.log(`${trace.values.length} values → ${out}`);
