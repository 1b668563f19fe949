import type { CoreKind } from '../../core/machine.js';

/** CPUs of one kind of core. */
export type KindGroup = { kind: CoreKind; label: string; cpus: number[] };
/** The kinds that one source of evidence tells apart. */
export type Kinds = { groups: KindGroup[]; source: string; notes: string[] };
