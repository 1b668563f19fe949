import type { Effective } from '../core/outcome.js';
import type { ChildMessage, ChildPhase } from './protocol.js';

/** How a child process ended. */
export type ChildEnd = {
  timedOut: boolean;
  aborted: boolean;
  spawnError: string | null;
  exitCode: number | null;
  signal: string | null;
  /** The end of what it wrote. */
  stderr: string;
};

/** What a child said before it ended. */
export type ChildReport = {
  phase: ChildPhase | 'starting';
  effective: Effective | null;
  refused: { code: string; message: string } | null;
  done: Extract<ChildMessage, { type: 'done' }> | null;
};
