import type { Binding } from '../core/candidate.js';
import { shellWord } from '../core/shell-word.js';
import { provenanceLines } from './provenance.js';
import { comment, serviceName } from './quoting.js';
import { type Exporter, isLoopback, serveArguments } from './target.js';

/** A POSIX shell script that is replaced by the server, so that signals reach it. */
export const shellScript: Exporter = (profile, options) => {
  const { binding, allocator } = profile.candidate;
  const keysFile = isLoopback(options.host) ? null : '/etc/r1-tune/api-keys';
  const parts = [
    ...(allocator.path === null
      ? []
      : [
          { why: `The ${allocator.name} allocator that was measured.`, words: ['env', `LD_PRELOAD=${allocator.path}`] },
        ]),
    ...bindingPrefix(binding),
    {
      why: 'The server; it reads everything else from the profile.',
      words: ['r1-tune', ...serveArguments({ ...options, keysFile })],
    },
  ];
  const command = parts.map(({ words }) => words.map(shellWord).join(' ')).join(' \\\n  ');
  const text = [
    '#!/bin/sh',
    ...provenanceLines(profile).map((line) => comment(line)),
    '#',
    ...parts.map(({ why, words }) => comment(`${words[0]}: ${why}`)),
    'set -eu',
    `exec ${command}`,
  ];
  return [{ name: `${serviceName(profile.name)}.sh`, text: `${text.join('\n')}\n`, isExecutable: true }];
};

/** The program that sets the binding before the engine starts, as it was measured. */
export function bindingPrefix({ name, tool, cpus, memory }: Binding): { why: string; words: string[] }[] {
  const why = `Binding "${name}" that was measured.`;
  if (tool === 'taskset') return cpus === null ? [] : [{ why, words: ['taskset', '--cpu-list', cpus] }];
  if (tool === 'none') return [];
  const policy = { bind: '--membind', interleave: '--interleave', preferred: '--preferred', local: '--localalloc' };
  const nodes = memory && (memory.nodes === null ? policy[memory.policy] : `${policy[memory.policy]}=${memory.nodes}`);
  const words = ['numactl', ...(cpus === null ? [] : [`--physcpubind=${cpus}`]), ...(nodes === null ? [] : [nodes])];
  return words.length > 1 ? [{ why, words }] : [];
}
