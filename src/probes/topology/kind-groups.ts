import type { CoreKind } from '../../core/machine.js';

/** CPUs of one kind of core. */
export type KindGroup = { kind: CoreKind; label: string; cpus: number[] };
/** `2 P-cores`, `4 Cortex-A55`. */
export const kindCount = ({ cores, label }: { cores: number; label: string }): string =>
  `${cores} ${label}${cores !== 1 && label.endsWith('core') ? 's' : ''}`;

/** The kinds that one source of evidence tells apart. */
export type Kinds = { groups: KindGroup[]; source: string; notes: string[] };
