import type { MachineDescription } from '../../machines/generated.js';

/** A kind of server: its topology, and the range that the physics of one seed is drawn from. Rates in GB/s. */
export type ServerKind = {
  name: string;
  description: MachineDescription;
  /** CPU quota in CPUs; absent without one. */
  quota?: number;
  /** Memory bandwidth of one node. */
  nodeBandwidth: readonly [number, number];
  /** What one core can take of it. */
  coreBandwidth: readonly [number, number];
  quants: readonly string[];
  /** Shares its host with others: drifts more. */
  isVirtual?: boolean;
};

export const BITS: Readonly<Record<string, number>> = { q4_0: 4.5, q4_k_m: 4.85, q6_k: 6.6, q8_0: 8.5 };
const ALL_QUANTS = Object.keys(BITS);

const EPYC = { vendor_id: 'AuthenticAMD', 'cpu family': '25', model: '17', stepping: '1' };
const CORE = { vendor_id: 'GenuineIntel', 'cpu family': '6', model: '183', stepping: '1' };

/** Sockets of nodes of core complexes of 8 cores with SMT. */
const complexes = (sockets: number, nodes: number, perNode: number): MachineDescription => ({
  about: `${sockets} × ${nodes} × ${perNode} complexes of 8 cores`,
  arch: 'x64',
  numbering: 'cores-first',
  cpuinfo: { ...EPYC, 'model name': 'simulated EPYC', flags: 'fpu lm avx avx2 fma f16c avx512f' },
  packages: Array.from({ length: sockets }, () => ({
    nodes: Array.from({ length: nodes }, () => ({
      memoryGiB: 256,
      caches: Array.from({ length: perNode }, () => ({ l3KiB: 32_768, groups: [{ cores: 8, threads: 2 }] })),
    })),
  })),
});

const hybrid: MachineDescription = {
  about: '8 P-cores with SMT and 16 E-cores',
  arch: 'x64',
  numbering: 'cores-first',
  pmuKinds: true,
  cpuinfo: { ...CORE, 'model name': 'simulated Core i9', flags: 'fpu lm avx avx2 fma f16c' },
  packages: [
    {
      nodes: [
        {
          memoryGiB: 64,
          caches: [
            {
              l3KiB: 36_864,
              groups: [
                { cores: 8, threads: 2, kind: 'P', maxKHz: 5_600_000 },
                { cores: 16, kind: 'E', maxKHz: 4_300_000 },
              ],
            },
          ],
        },
      ],
    },
  ],
};

export const SERVER_KINDS: readonly ServerKind[] = [
  {
    name: 'desktop 8c16t',
    description: complexes(1, 1, 1),
    nodeBandwidth: [40, 70],
    coreBandwidth: [9, 20],
    quants: ALL_QUANTS,
  },
  {
    name: 'hybrid 8P+16E',
    description: hybrid,
    nodeBandwidth: [60, 95],
    coreBandwidth: [8, 18],
    quants: ALL_QUANTS,
  },
  {
    name: '64c128t, 1 node',
    description: complexes(1, 1, 8),
    nodeBandwidth: [180, 380],
    coreBandwidth: [7, 16],
    quants: ALL_QUANTS,
  },
  {
    name: '2 × 96c, 2 nodes',
    description: complexes(2, 1, 12),
    nodeBandwidth: [300, 450],
    coreBandwidth: [6, 14],
    quants: ['q4_k_m'],
  },
  {
    name: '2 × 32c, 8 nodes',
    description: complexes(2, 4, 1),
    nodeBandwidth: [40, 80],
    coreBandwidth: [7, 16],
    quants: ['q4_0', 'q8_0'],
  },
  {
    name: 'VM 16c32t, quota 12.5',
    description: complexes(1, 1, 2),
    quota: 12.5,
    nodeBandwidth: [40, 110],
    coreBandwidth: [7, 16],
    quants: ALL_QUANTS,
    isVirtual: true,
  },
];
