/** The outside world as r1-tune sees it. Only implementations of these touch `/proc`, `/sys`, the environment and the clock. */

export interface Host {
  /** Node's platform and architecture names of the machine described (a recorded machine may differ from this one). */
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** True when this is the running machine, false for a recorded one. */
  readonly isLive: boolean;
  /** The text of a file, or undefined when it is missing or unreadable for any reason. NUL and outer white space are trimmed. */
  read(path: string): string | undefined;
  /** The raw bytes of a file (binary tables such as DMI entries), or undefined. `maxBytes` bounds what is read. */
  readBytes(path: string, maxBytes?: number): Uint8Array | undefined;
  /** Why a file could not be read: `missing`, `denied` (exists, no right), or undefined when it can be. */
  unreadable(path: string): 'missing' | 'denied' | undefined;
  /** Names in a folder, or an empty list. */
  list(path: string): string[];
  /** True when the path exists, whether or not it can be read. */
  exists(path: string): boolean;
  /** The target of a symbolic link as stored, or undefined. */
  readLink(path: string): string | undefined;
  /** A variable of the environment of the described machine's process; always undefined for a recorded one. */
  env(name: string): string | undefined;
  /** Names of all variables set. */
  envNames(): string[];
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back, sub-millisecond resolution. */
  monotonicMs(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
