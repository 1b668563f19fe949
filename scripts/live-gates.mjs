// Runs gates of one unchanged profile on this machine, alone or beside a busy process, and prints the table of docs/noise.md.
//   node scripts/live-gates.mjs --out FILE.jsonl [--level alone|beside] [--gates 100] [--slow-candidate 10%]
//                               [--baseline best.json] [--keep FOLDER] [--table]
// Every verdict is a line of FILE: a run that was stopped goes on where it was. --table only prints.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string' },
    level: { type: 'string', default: 'alone' },
    gates: { type: 'string', default: '100' },
    'slow-candidate': { type: 'string', default: '0%' },
    baseline: { type: 'string' },
    keep: { type: 'string' },
    table: { type: 'boolean', default: false },
  },
});
const LEVELS = { alone: 'nothing else', beside: 'one busy process' };
if (!flags.out || !Object.hasOwn(LEVELS, flags.level)) {
  console.error('expected --out FILE.jsonl, and --level alone or beside');
  process.exit(2);
}
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const loss = flags['slow-candidate'];

const records = () =>
  existsSync(flags.out)
    ? readFileSync(flags.out, 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line))
    : [];

/** A profile of the small twin on one thread, made once beside the output. */
function baselineFile() {
  if (flags.baseline) return resolve(flags.baseline);
  const folder = `${resolve(flags.out)}.baseline`;
  const file = join(folder, 'best.json');
  const configuration = ['--model', 'synthetic:small', '--quant', 'q4_0', '--threads', '1', '--effort', 'quick'];
  if (!existsSync(file))
    execFileSync(process.execPath, [cli, 'bench', ...configuration, '--trials', '1', '--out', folder], {
      stdio: 'inherit',
    });
  return file;
}

/** One process that is always busy, and ends with this one, however this one ends. */
const BUSY = `const parent = process.ppid;
(function spin() { const t = Date.now(); while (Date.now() - t < 100); process.ppid === parent ? setImmediate(spin) : process.exit(); })();`;

function oneGate(baseline) {
  const folder = mkdtempSync(join(flags.keep ?? tmpdir(), 'live-gate-'));
  const asked = [
    '--baseline',
    baseline,
    '--out',
    join(folder, 'gate'),
    ...(loss === '0%' ? [] : ['--inject-slowdown', loss]),
  ];
  const { status, stderr } = spawnSync(process.execPath, [cli, 'gate', '--quiet', ...asked], { encoding: 'utf8' });
  const file = join(folder, 'gate/gate.json');
  if (!existsSync(file)) throw new Error(`The gate ended with ${status} and no gate.json: ${stderr}`);
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const { ratio, spread } = result.paired.metrics.decode;
  if (!flags.keep) rmSync(folder, { recursive: true });
  return {
    ...{ at: result.startedAt, level: flags.level, slowCandidate: loss, verdict: result.verdict, exitCode: status },
    seconds: (Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000,
    waitedSeconds: (result.preflight?.waitedMs ?? 0) / 1000,
    pairs: result.paired.validPairs,
    repeated: result.pairs.filter(({ isVoid }) => isVoid).length,
    ...{ ratio, spread },
  };
}

const median = (numbers) => numbers.sort((a, b) => a - b)[numbers.length >> 1];

function table(all) {
  const kindOf = (r) => `${r.level} ${r.slowCandidate}`;
  const kinds = [...new Set(all.map(kindOf))];
  const rows = kinds.map((kind) => {
    const own = all.filter((r) => kindOf(r) === kind);
    const count = (verdict) => own.filter((r) => r.verdict === verdict).length;
    const pairs = `${median(own.map((r) => r.pairs))} + ${median(own.map((r) => r.repeated))}`;
    const seconds = `${median(own.map((r) => r.seconds - r.waitedSeconds)).toFixed(0)} s`;
    const verdicts = ['PASS', 'FAIL', 'INCONCLUSIVE', 'INVALID'].map(count);
    return [LEVELS[own[0].level], own[0].slowCandidate, own.length, ...verdicts, pairs, seconds];
  });
  const head = [
    'Beside',
    'Candidate slower by',
    'Gates',
    'PASS',
    'FAIL',
    'INCONCLUSIVE',
    'INVALID',
    'Pairs + repeats (median)',
    'Time (median, without the wait for quiet)',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

if (!flags.table) {
  const baseline = baselineFile();
  const neighbour = flags.level === 'beside' ? spawn(process.execPath, ['-e', BUSY], { stdio: 'ignore' }) : null;
  try {
    const isMine = (r) => r.level === flags.level && r.slowCandidate === loss;
    for (let done = records().filter(isMine).length; done < Number(flags.gates); done++) {
      const record = oneGate(baseline);
      appendFileSync(flags.out, `${JSON.stringify(record)}\n`);
      console.error(
        `${done + 1}/${flags.gates} ${record.verdict}, ${record.pairs} pairs, ${record.seconds.toFixed(0)} s`,
      );
    }
  } finally {
    neighbour?.kill('SIGKILL');
  }
}
console.log(table(records()));
