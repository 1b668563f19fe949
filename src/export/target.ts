import type { Profile } from '../core/profile.js';

export const EXPORT_TARGETS = ['systemd', 'kubernetes', 'docker', 'compose', 'shell', 'llama-server'] as const;
export type ExportTarget = (typeof EXPORT_TARGETS)[number];

/** What a deployment needs beside the profile. */
export type ExportOptions = {
  /** Where the profile file will lie on the machine that serves. */
  profilePath: string;
  host: string;
  port: number;
  /** Container image, for kubernetes; docker and compose build their own. */
  image: string;
};

export const DEFAULT_OPTIONS: ExportOptions = {
  profilePath: '/etc/r1-tune/profile.json',
  host: '127.0.0.1',
  port: 7860,
  image: 'r1-tune:local',
};

export type ExportFile = { name: string; text: string; isExecutable?: boolean };

/** A target is a pure function of the profile and the options. Throws `USAGE` when the profile cannot be served that way. */
export type Exporter = (profile: Profile, options: ExportOptions) => ExportFile[];

/** Seconds that running answers may take after SIGTERM: the server's own limit, which every target must outlast. */
export const DRAIN_SECONDS = 300;
/** Where the port listens inside a container: outside, the publishing rule decides. */
export const ANY_HOST = '0.0.0.0';
export const MODEL_MOUNT = '/models';
export const KEYS_NAME = 'api-keys';

/** The arguments of `r1-tune serve` that every target gives. */
export function serveArguments(options: {
  profilePath: string;
  host: string;
  port: number;
  keysFile: string | null;
}): string[] {
  const keys = options.keysFile === null ? [] : ['--key-file', options.keysFile];
  const place = ['--host', options.host, '--port', String(options.port)];
  return ['serve', '--profile', options.profilePath, ...place, ...keys, '--drain-timeout', `${DRAIN_SECONDS}s`];
}

/** Loopback needs no key; the server refuses any other address without one. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1)$/.test(host);
