// Turns a finished `r1-tune bench --trials N` into a fixture of one configuration measured again and again.
// Usage: node scripts/record-trace.mjs RUN_FOLDER OUT.json
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { candidateLabel } from '../dist/core/candidate.js';

const [folder, out] = process.argv.slice(2);
const { plan, machine, outcomes, startedAt } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
const { promptTokens, generateTokens } = plan.workloads.full;
const trace = {
  schemaVersion: 1,
  kind: 'r1-tune/recorded-trace',
  about: `${plan.modelId}, ${candidateLabel(plan.candidates[0])}, decode after pp${promptTokens}, tg${generateTokens}, ${machine.cpu.model.value}, ${machine.topology.allowed.cpus.length} CPUs, ${startedAt.slice(0, 10)}; r1-tune ${plan.command.join(' ')}`,
  unit: 'tok/s',
  // Every process in the order measured, disturbed ones too: the gate's own rules void those.
  values: outcomes.flatMap((o) => (o.metrics ? [Number(o.metrics.decodeTokensPerSecond.toPrecision(6))] : [])),
};
writeFileSync(out, `${JSON.stringify(trace)}\n`);
console.log(`${trace.values.length} values → ${out}`);
