import { R1Error } from '../../core/errors.js';
import { shellWord } from '../../core/shell-word.js';
import { comment, serviceName } from '../quoting.js';
import type { SweepExporter } from './sweep-target.js';

/** A script for machines without a cluster: r1-tune over SSH on each, results brought home, collected by name. */
export const sshSweep: SweepExporter = ({ pool, model, nodes, sweepArguments }) => {
  if (typeof nodes === 'number' || nodes.length === 0)
    throw new R1Error('USAGE', '--nodes: expected the names of the machines for ssh, for example host-1,host-2.');
  const bad = nodes.find((node) => !/^[\w.@:-]+$/.test(node) || node.startsWith('-'));
  if (bad !== undefined)
    throw new R1Error('USAGE', `--nodes: "${bad}" is not a name that ssh takes; expected for example admin@host-1.`);
  const sweep = ['r1-tune', 'sweep', '--model', model, ...sweepArguments].map(shellWord).join(' ');
  const text = [
    '#!/bin/sh',
    comment(
      `A sweep of every machine of "${pool}", all at once, each over SSH. Needs r1-tune on each of them, and here ssh, tar and r1-tune.`,
    ),
    comment('Run again it goes on: a machine that is done is not measured again, a sweep that was cut is resumed.'),
    'set -u',
    `pool=${shellWord(serviceName(pool))}`,
    'results=${RESULTS:-results}',
    'ssh=${SSH:-ssh}',
    comment('One machine: $1 is its name. The remote part is read from stdin, so that nothing in it is quoted twice.'),
    'measure() {',
    '  $ssh "$1" sh -s <<\'REMOTE\' >"$results/$1.log" 2>&1 || return 1',
    `out="$HOME/r1-tune-fleet/${serviceName(pool)}"`,
    'mkdir -p "$HOME/r1-tune-fleet"',
    'if [ -e "$out/run.json" ]; then :',
    'elif [ -e "$out/plan.json" ]; then r1-tune sweep --resume "$out"',
    `else ${sweep} --out "$out"`,
    'fi',
    'REMOTE',
    '  mkdir -p "$results/$1"',
    '  $ssh "$1" "tar -C r1-tune-fleet -cf - $pool" | tar -C "$results/$1" -xf -',
    '}',
    'mkdir -p "$results"',
    `for node in ${nodes.map(shellWord).join(' ')}; do`,
    '  measure "$node" || echo "$node failed: see $results/$node.log" >&2 &',
    'done',
    'wait',
    'r1-tune fleet collect "$results" --node-from-folder --into "$results/fleet"',
    '',
  ].join('\n');
  return [{ name: `${serviceName(pool)}-sweep.sh`, text, isExecutable: true }];
};
