// Turns a `r1-tune sweep --strategy grid`, finished or not, into a fixture for scripts/replay-search.mjs.
// Usage: node scripts/record-grid.mjs RUN_FOLDER OUT.json
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelArms } from '../dist/core/backends.js';
import { candidateId } from '../dist/core/candidate.js';
import { objectiveOf } from '../dist/sweeps/results/trial-result.js';
import { toDesignSpace } from '../dist/sweeps/search/design-space.js';

const [folder, out] = process.argv.slice(2);
const read = (name) => readFileSync(join(folder, name), 'utf8');
const plan = JSON.parse(read('plan.json'));
const machine = JSON.parse(read('machine.json'));
const race = read('outcomes.jsonl')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter((o) => o.phase === 'race');
const arms = modelArms(plan.models, plan.candidates);
const space = toDesignSpace(
  { candidates: plan.candidates, defaultCandidate: plan.defaultCandidate, excluded: [] },
  arms,
  () => 0,
);
const { promptTokens, generateTokens } = plan.workloads.full;
// Blocks that were disturbed and run again are recorded too, as blocks of their own: noise is what is to be replayed.
const size = space.points.length;
const whole = Math.floor(race.length / size) * size;
const trials = race.slice(0, whole).map((o, i) => ({
  id: o.candidateId,
  block: Math.floor(i / size),
  fidelity: o.fidelity,
  value: objectiveOf(o, plan),
  ...(o.metrics?.cpuSecondsPerToken == null ? {} : { cpuSecondsPerToken: o.metrics.cpuSecondsPerToken }),
  ...(o.metrics?.peakRssBytes == null ? {} : { peakRssBytes: o.metrics.peakRssBytes }),
}));
const about = `${plan.modelId}, pp${promptTokens} + tg${generateTokens}, ${machine.cpu.model.value}, ${machine.topology.allowed.cpus.length} CPUs, ${plan.createdAt.slice(0, 10)}; r1-tune ${plan.command.join(' ')}`;
const grid = {
  schemaVersion: 1,
  kind: 'r1-tune/recorded-grid',
  about,
  unit: 'tok/s',
  axes: space.axes,
  defaultId: candidateId(plan.defaultCandidate),
  points: space.points,
  trials,
};
writeFileSync(out, `${JSON.stringify(grid)}\n`);
console.log(`${space.points.length} configurations, ${trials.length} trials → ${out}`);
