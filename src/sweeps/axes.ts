import type { Allocator, Backend, Binding, Candidate } from '../core/candidate.js';

/** What the user asked of one axis: values, or "auto" to derive them from the machine. */
export type Asked<T> = readonly T[] | 'auto';

/** Who places llama.cpp's threads: the kernel (none), or we. */
export type ThreadPlacement = 'none' | NonNullable<Candidate['threadPlacement']>;

/** The axes of a sweep as asked for. `quants` is by backend, because levels have different names in each. */
export type AskedAxes = {
  backends: readonly Backend[];
  quants: Readonly<Partial<Record<Backend, readonly string[]>>>;
  threads: Asked<number>;
  /** null stands for "as many as decode". */
  threadsBatch: Asked<number | null>;
  bindings: Asked<Binding>;
  allocators: Asked<Allocator['name']>;
  isa: Asked<Candidate['isa']>;
  kvType: Asked<Candidate['kvType']>;
  flashAttention: Asked<boolean>;
  batch: Asked<number>;
  mmap: Asked<boolean>;
  mlock: Asked<boolean>;
  hugePages: Asked<Candidate['hugePages']>;
  replicas: Asked<number>;
  sequences: Asked<number>;
  spinning: Asked<boolean>;
  threadPlacement: Asked<ThreadPlacement>;
};

export const AUTO_AXES: Omit<AskedAxes, 'backends' | 'quants'> = {
  threads: 'auto',
  threadsBatch: 'auto',
  bindings: 'auto',
  allocators: 'auto',
  isa: 'auto',
  kvType: 'auto',
  flashAttention: 'auto',
  batch: 'auto',
  mmap: 'auto',
  mlock: 'auto',
  hugePages: 'auto',
  replicas: 'auto',
  sequences: 'auto',
  spinning: 'auto',
  threadPlacement: 'auto',
};
