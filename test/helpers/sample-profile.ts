import type { Candidate } from '../../src/core/candidate.js';
import type { Profile } from '../../src/core/profile.js';
import { toProfile } from '../../src/sweeps/results/to-profile.js';
import { sampleRun } from './sample-run.js';

/** The profile of the sample run, with knobs and fields changed as asked. */
export function sampleProfile(changes: Partial<Candidate> = {}, fields: Partial<Profile> = {}): Profile {
  const run = sampleRun();
  const chosen = run.configurations.find(({ candidateId }) => candidateId === run.choice?.candidateId)!;
  const profile = toProfile(run, chosen, run.plan.label);
  return { ...profile, candidate: { ...profile.candidate, ...changes }, ...fields };
}

const jemalloc = { name: 'jemalloc' as const, path: '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2' };

/** Deployments that together use every line an export can write. */
export const SAMPLE_PROFILES = {
  /** taskset, an allocator, two threads counts. */
  taskset: (): Profile => sampleProfile({ allocator: jemalloc }),
  /** ONNX on two NUMA nodes, locked memory, several sequences and replicas, a model in a home folder. */
  numa: (): Profile => {
    const onnx = sampleRun().plan.models.find(({ quant }) => quant === 'int4')!;
    return sampleProfile(
      {
        backend: 'onnx',
        quant: 'int4',
        threads: 8,
        threadsBatch: null,
        kvType: 'f32',
        flashAttention: false,
        mmap: false,
        mlock: true,
        replicas: 2,
        sequences: 4,
        binding: { name: 'interleave', tool: 'numactl', cpus: '0-15', memory: { policy: 'interleave', nodes: '0-1' } },
        onnx: { spinning: false, executionMode: 'sequential', arena: true, graphOptimization: 'all' },
      },
      { name: 'two-nodes', model: { ...onnx, path: '/home/anna/models/r1-int4/model.onnx' } },
    );
  },
  /** Nothing but the defaults. */
  plain: (): Profile =>
    sampleProfile(
      {
        threads: 8,
        threadsBatch: null,
        flashAttention: false,
        binding: { name: 'none', tool: 'none', cpus: null, memory: null },
      },
      { name: 'plain', verdict: 'keep-default', speedup: null },
    ),
  /** Names that try to be syntax. */
  hostile: (): Profile => {
    const profile = sampleProfile({
      binding: { name: 'x"\n[Service]\nExecStart=/bin/false', tool: 'taskset', cpus: '0-3', memory: null },
      allocator: { name: 'mimalloc', path: '/opt/o\'dd $HOME %n "lib"/mi.so' },
    });
    return {
      ...profile,
      name: 'Ünï "cøde" $(reboot) `id` %n\n---\nkind: Pod # ',
      model: { ...profile.model, name: 'x\nRUN reboot\u2028y', path: '/models/it\'s $(reboot) 100%/模型 "a".gguf' },
    };
  },
} as const;
