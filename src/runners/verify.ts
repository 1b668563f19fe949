import type { Candidate } from '../core/candidate.js';
import { parseCpuList } from '../core/cpu-list.js';
import type { Effective } from '../core/outcome.js';
import { table } from '../core/table.js';

const sameSet = (a: string, b: string): boolean => {
  const left = parseCpuList(a);
  const right = new Set(parseCpuList(b));
  return left.length === right.size && left.every((cpu) => right.has(cpu));
};

/** CPU kernel builds of llama.cpp by ISA family: a candidate that asks for one must get a build of that family. */
const VARIANTS: Record<string, RegExp> = table({
  sse42: /^(sse42|x64)$/,
  avx2: /^(haswell|alderlake)$/,
  avx512: /^(skylakex|cannonlake|cascadelake|cooperlake|icelake|zen4)$/,
  amx: /^sapphirerapids$/,
});

/**
 * What was asked and did not take effect, in words; empty when everything did.
 * Facts that the system does not show (null) cannot be checked and pass.
 */
export function bindingFaults(candidate: Candidate, effective: Effective): string[] {
  const faults: string[] = [];
  const { binding, allocator, isa } = candidate;
  if (binding.cpus && effective.cpus && !sameSet(binding.cpus, effective.cpus))
    faults.push(`asked for CPUs ${binding.cpus}, the engine runs on ${effective.cpus}`);
  const nodes = binding.memory?.policy === 'bind' ? binding.memory.nodes : null;
  if (nodes && effective.memoryNodes && !sameSet(nodes, effective.memoryNodes))
    faults.push(`asked for memory of nodes ${nodes}, the process may use ${effective.memoryNodes}`);
  if (effective.allocator !== null && effective.allocator !== allocator.name)
    faults.push(`asked for the allocator ${allocator.name}, the process runs ${effective.allocator}`);
  if (effective.threads !== null && effective.threads !== candidate.threads)
    faults.push(`asked for ${candidate.threads} threads, the engine uses ${effective.threads}`);
  const threadsBatch = candidate.threadsBatch ?? candidate.threads;
  if (effective.threadsBatch !== null && effective.threadsBatch !== threadsBatch)
    faults.push(`asked for ${threadsBatch} prefill threads, the engine uses ${effective.threadsBatch}`);
  if (candidate.threadPlacement === 'apart' && !effective.threadCpus)
    faults.push('asked for threads placed apart, the kernel places them');
  if (isa !== 'auto' && effective.variant !== null && !VARIANTS[isa]!.test(effective.variant))
    faults.push(`asked for ${isa} kernels, the engine loaded "${effective.variant}"`);
  return faults;
}
