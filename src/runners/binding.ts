import type { Candidate } from '../core/candidate.js';

/** How a process must be started so that a candidate's binding, allocator and page policy hold from its first instruction. */
export type BoundCommand = { file: string; args: string[]; env: Record<string, string> };

function bindingPrefix(candidate: Candidate): string[] {
  const { tool, cpus, memory } = candidate.binding;
  if (tool === 'none') return [];
  if (tool === 'taskset') return ['taskset', '-c', cpus ?? ''];
  const args = ['numactl'];
  if (cpus) args.push(`--physcpubind=${cpus}`);
  if (memory?.policy === 'local') args.push('--localalloc');
  else if (memory)
    args.push(
      `${{ bind: '--membind', interleave: '--interleave', preferred: '--preferred' }[memory.policy]}=${memory.nodes}`,
    );
  return args;
}

function environment(candidate: Candidate): Record<string, string> {
  const env: Record<string, string> = {};
  if (candidate.allocator.path) env.LD_PRELOAD = candidate.allocator.path;
  // glibc 2.35 and later: malloc asks for transparent huge pages with madvise(MADV_HUGEPAGE).
  if (candidate.hugePages === 'always') env.GLIBC_TUNABLES = 'glibc.malloc.hugetlb=1';
  return env;
}

/** The command line for a Node program `entry` under a candidate, and the variables to add to the environment. */
export function boundCommand(candidate: Candidate, node: string, nodeArgs: string[], entry: string): BoundCommand {
  const [file, ...args] = [...bindingPrefix(candidate), node, ...nodeArgs, entry];
  return { file: file!, args, env: environment(candidate) };
}
