import type { Host } from '../../core/ports.js';

/** Everything a probe asked a host for, by path. */
export type Trace = {
  read: Map<string, string | undefined>;
  bytes: Map<string, Uint8Array | undefined>;
  links: Map<string, string | undefined>;
  exists: Map<string, boolean>;
  lists: Map<string, string[]>;
};

/** Asks `host` once for each path and keeps the answers: probes may ask again for free, and a capture is the trace. */
export function rememberingHost(host: Host): { host: Host; trace: Trace } {
  const trace: Trace = { read: new Map(), bytes: new Map(), links: new Map(), exists: new Map(), lists: new Map() };
  return {
    trace,
    host: {
      platform: host.platform,
      arch: host.arch,
      isLive: host.isLive,
      read: remember(trace.read, (path) => host.read(path)),
      readBytes: (path, maxBytes) => remember(trace.bytes, (key) => host.readBytes(key, maxBytes))(path),
      unreadable: (path) => host.unreadable(path),
      list: remember(trace.lists, (path) => host.list(path)),
      exists: remember(trace.exists, (path) => host.exists(path)),
      readLink: remember(trace.links, (path) => host.readLink(path)),
      env: (name) => host.env(name),
      envNames: () => host.envNames(),
    },
  };
}

function remember<T>(answers: Map<string, T>, ask: (path: string) => T): (path: string) => T {
  return (path) => {
    if (!answers.has(path)) answers.set(path, ask(path));
    return answers.get(path)!;
  };
}
