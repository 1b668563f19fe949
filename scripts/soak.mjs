/**
 * A long mixed load on a real `r1-tune serve`: clients that read to the end, leave in the prompt or in the answer, read
 * slowly or ask nonsense. Watches memory, descriptors and processes of the server.
 *
 *   npm run build && node scripts/soak.mjs [--minutes 30] [--profile best.json] [--clients 6] [--kill-every SECONDS]
 *
 * Without a profile it serves the synthetic tiny model with 2 workers of 2 sequences. `--kill-every` ends a worker with
 * SIGKILL so often. Linux only. Ends with 1 when resident memory grows by more than 5 % after warm-up (a sixth of the
 * time, at least a minute, five at most), descriptors or processes are left over, or a client was let down.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../dist/core/random.js';
import { client, oneOfEach } from './soak/clients.mjs';
import { isAlive, sample } from './soak/processes.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    profile: { type: 'string' },
    clients: { type: 'string', default: '6' },
    'kill-every': { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
  },
});
const MAIN = 'dist/cli/main.js';
const GROWTH_ALLOWED = 0.05;
const SAMPLE_MS = 2000;
const SETTLE_MS = 90_000;

const folder = mkdtempSync(join(tmpdir(), 'r1tune-soak-'));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

function start(args) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const program = { child, output: '', exit: new Promise((resolve) => child.on('exit', resolve)) };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      program.output += text;
    });
  return program;
}

async function tinyProfile() {
  const out = join(folder, 'bench');
  const knobs = ['--backend', 'llama-cpp', '--quant', 'q4_0', '--threads', '1', '--trials', '1', '--context', '2048'];
  const bench = start(['bench', '--model', 'synthetic:tiny', ...knobs, '--effort', 'quick', '--out', out]);
  if ((await bench.exit) !== 0) throw new Error(bench.output);
  const profile = JSON.parse(readFileSync(join(out, 'best.json'), 'utf8'));
  const path = join(folder, 'profile.json');
  writeFileSync(path, JSON.stringify({ ...profile, candidate: { ...profile.candidate, replicas: 2, sequences: 2 } }));
  return path;
}

async function serve(profile) {
  const program = start(['serve', '--profile', profile, '--port', '0', '--warm-up', '2']);
  let url;
  while (!url) {
    if (program.child.exitCode !== null) throw new Error(program.output);
    url = /Serving on (http:\S+)\/v1/.exec(program.output)?.[1];
    await pause(50);
  }
  const [{ id, max_model_len }] = (await (await fetch(`${url}/v1/models`)).json()).data;
  // Words of synthetic vocabularies take up to four tokens each.
  return { ...program, url, model: id, longestPrompt: Math.min(500, Math.floor(max_model_len / 10)) };
}

/** Samples until stopped; every worker ever seen is kept, to look for orphans. */
function watch(pid) {
  const startMs = performance.now();
  const samples = [];
  const workers = new Set();
  const timer = setInterval(() => {
    const now = sample(pid);
    for (const worker of now.workers) workers.add(worker);
    samples.push({ ...now, atMs: performance.now() - startMs });
  }, SAMPLE_MS);
  return { samples, workers, stop: () => clearInterval(timer) };
}

/** Before and after: medians of the first and of the last third of what follows the warm-up. */
function growthOf(samples, name, warmUpMs) {
  const settled = samples.filter(({ atMs }) => atMs > warmUpMs).map((one) => one[name]);
  const third = Math.max(1, Math.floor(settled.length / 3));
  const before = median(settled.slice(0, third));
  const after = median(settled.slice(-third));
  return { before, after, growth: after / before - 1, most: Math.max(...settled) };
}

/** Connections close a while after the last request. */
async function settled(pid, idle) {
  const endMs = performance.now() + SETTLE_MS;
  for (;;) {
    const now = sample(pid);
    const isBack = now.supervisorFds <= idle.supervisorFds && now.workerFds <= idle.workerFds;
    if (isBack || performance.now() > endMs) return now;
    await pause(500);
  }
}

const server = await serve(values.profile ?? (await tinyProfile()));
const { pid } = server.child;
const random = seededRandom(Number(values.seed));
const durationMs = Number(values.minutes) * 60_000;
const warmUpMs = Math.min(300_000, Math.max(60_000, durationMs / 6));
const counts = {};
const failures = [];
let kills = 0;

await oneOfEach(server, random);
// Until the connections of these requests are closed.
await pause(8000);
const idle = sample(pid);
const endMs = performance.now() + durationMs;
const isOver = () => performance.now() > endMs;
const watching = watch(pid);
console.log(
  `Serving ${server.model} on ${server.url} (process ${pid}); ${values.minutes} min, ${values.clients} clients.`,
);

async function killNowAndThen(everyMs) {
  while (everyMs > 0 && !isOver()) {
    await pause(Math.min(everyMs, Math.max(0, endMs - performance.now())));
    const { workers } = sample(pid);
    if (isOver() || workers.length === 0) continue;
    process.kill(workers[Math.floor(random() * workers.length)], 'SIGKILL');
    kills++;
  }
}
const clients = Array.from({ length: Number(values.clients) }, () => client(server, random, counts, failures, isOver));
await Promise.all([...clients, killNowAndThen(Number(values['kill-every']) * 1000)]);
watching.stop();

const rest = await settled(pid, idle);
const metrics = await (await fetch(`${server.url}/metrics`)).text();
const left = /num_requests_running (\d+)/.exec(metrics)?.[1];
server.child.kill('SIGTERM');
const exitCode = await server.exit;
await pause(1000);
const orphans = [...watching.workers, ...rest.workers].filter(isAlive);

console.log('\nRequests');
for (const [name, count] of Object.entries(counts).sort())
  console.log(`  ${name.padEnd(36)}${String(count).padStart(8)}`);
console.log('\nResident memory, MiB        after warm-up      at the end      growth        most');
const faults = [];
for (const name of ['supervisorMiB', 'workersMiB']) {
  const { before, after, growth, most } = growthOf(watching.samples, name, warmUpMs);
  const cells = [before.toFixed(1), after.toFixed(1), `${(growth * 100).toFixed(1)} %`, most.toFixed(1)];
  console.log(`  ${name.replace('MiB', '').padEnd(24)}${cells.map((cell) => cell.padStart(14)).join('')}`);
  if (growth > GROWTH_ALLOWED) faults.push(`memory of the ${name.replace('MiB', '')} grew by ${cells[2]}`);
}
console.log(
  `\nDescriptors: supervisor ${idle.supervisorFds} idle before, ${rest.supervisorFds} after; workers ${idle.workerFds}, ${rest.workerFds}` +
    `\nWorkers: ${rest.workers.length} at the end, ${kills} killed; orphans: ${orphans.length}; exit code ${exitCode}; requests left: ${left}`,
);
if (rest.supervisorFds > idle.supervisorFds || rest.workerFds > idle.workerFds)
  faults.push('descriptors are left open');
if (rest.workers.length !== idle.workers.length) faults.push('workers are missing or too many');
if (orphans.length > 0) faults.push(`orphans: ${orphans.join(', ')}`);
if (exitCode !== 0 || left !== '0') faults.push('the server did not end clean');
if (failures.length > 0) faults.push(`${failures.length} clients were let down, first: ${failures[0]}`);
console.log(faults.length === 0 ? '\nSound.' : `\nNot sound: ${faults.join('; ')}.`);
rmSync(folder, { recursive: true, force: true });
process.exitCode = faults.length === 0 ? 0 : 1;
