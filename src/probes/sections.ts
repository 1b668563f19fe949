import type { Machine } from '../core/machine.js';

/** What no probe fills: what the document is, and bandwidth, which is measured, not read. */
type Header = 'schemaVersion' | 'kind' | 'isLive' | 'probedAt' | 'bandwidth';

/** Every section of the Machine that a probe fills. Sections that old documents lack are optional there, never here. */
export type Sections = { [Name in Exclude<keyof Machine, Header>]-?: Exclude<Machine[Name], undefined> };
