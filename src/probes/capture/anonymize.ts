import { table } from '../../core/table.js';
import { parseElf } from '../programs/elf.js';

export type Anonymizer = {
  path(path: string): string;
  text(path: string, text: string): string;
  bytes(path: string, bytes: Uint8Array): Uint8Array;
};

/** Parts of cgroup paths that name no one; all others (users, pods, containers, services) are numbered. */
const COMMON_GROUP =
  /^(?:\.\.|kubepods(?:-\w+)?(?:\.slice)?|kubelet|pods|besteffort|burstable|guaranteed|docker|containerd|containers|libpod|lxc|crio|(?:system|user|machine|init|session|app)\.(?:slice|scope)|var|lib|overlay\d?)$/;
/** Words that tell the container runtime: they stay. */
const RUNTIME = /libpod|crio|cri-containerd|containerd|docker|kubepods|lxc|machine|nspawn/;
const MEMBERSHIP = ['/proc/self/cgroup', '/proc/1/cgroup', '/proc/self/cpuset', '/proc/self/mountinfo'];

/** Takes out of recorded files what names a person, a machine or a workload; keeps what the probes decide by. */
export function anonymizer(read: Map<string, string | undefined>): Anonymizer {
  const hostName = read.get('/proc/sys/kernel/hostname') || undefined;
  const groups = groupNames(read);
  const rename = (text: string) =>
    [...groups].reduce((current, [name, alias]) => current.replaceAll(name, alias), text);
  const hideHost = (text: string) =>
    hostName === undefined
      ? text
      : text.replace(new RegExp(`(?<![\\w.-])${escapePattern(hostName)}(?![\\w-])`, 'g'), 'host');
  return {
    path: (path) => (path.startsWith('/sys/devices') ? path : rename(path)),
    text: (path, text) => {
      const kept = KEEP[path]?.(text) ?? text;
      return path.startsWith('/sys/') ? kept : hideHost(MEMBERSHIP.includes(path) ? rename(kept) : kept);
    },
    bytes: (path, bytes) => (path.includes('/dmi/entries/') ? withoutDimmStrings(bytes) : withoutCode(path, bytes)),
  };
}

const linesWith = (pattern: RegExp) => (text: string) =>
  text
    .split('\n')
    .filter((line) => pattern.test(line))
    .join('\n');

/** For files that tell more than the probes need: what of them is kept. */
const KEEP: Record<string, (text: string) => string> = table({
  '/proc/cpuinfo': (text) => text.replace(/^Serial.*$\n?/gim, ''),
  '/proc/version': (text) =>
    `${/^Linux version \S+/.exec(text)?.[0] ?? ''}${/microsoft/i.test(text) ? ' microsoft' : ''}`,
  '/proc/1/environ': (text) => /(?:^|\0)(container=[^\0]+)/.exec(text)?.[1] ?? '',
  '/proc/self/status': linesWith(/^(?:Cpus|Mems)_allowed_list:|^CapEff:|^Uid:\s+0\s/),
  '/proc/self/limits': linesWith(/^Max (?:locked memory|address space|data size|processes|open files)/),
  '/proc/cmdline': (text) => text.match(/(?:^|\s)numa=fake=\S+/)?.[0].trim() ?? '',
  '/proc/self/maps': (text) =>
    [...new Set(text.match(/\/[^/\s]*(?:ld-musl|ld-linux|libc\.so|libc-2)[^/\s]*$/gm) ?? [])].join('\n'),
  '/proc/self/mountinfo': (text) =>
    linesWith(/ - (?:cgroup2?|cpuset|fuse\.lxcfs) |^\S+ \S+ \S+ \S+ \/ | \/etc\/(?:hostname|hosts|resolv\.conf) /)(
      text,
    ).replace(/( - (?!cgroup)\S+) .*$/gm, '$1 none rw'),
  '/proc/mounts': linesWith(/^\S+ \S+ (?:cgroup2?|cpuset) /),
  '/proc/sys/kernel/hostname': () => 'host',
  '/etc/os-release': linesWith(/^PRETTY_NAME=/),
});

/** `/name` → `/group-1`, longest names first so that none is replaced inside another. */
function groupNames(read: Map<string, string | undefined>): Map<string, string> {
  const paths = [
    ...['/proc/self/cgroup', '/proc/1/cgroup'].flatMap((file) =>
      (read.get(file) ?? '').split('\n').map((line) => line.split(':').slice(2).join(':')),
    ),
    read.get('/proc/self/cpuset') ?? '',
    ...(read.get('/proc/self/mountinfo') ?? '')
      .split('\n')
      .filter((line) => / - cgroup2? | \/etc\/(?:hostname|hosts|resolv\.conf) /.test(line))
      .map((line) => line.split(' ')[3] ?? ''),
  ];
  const names = [...new Set(paths.flatMap((path) => path.split('/')))].filter(
    (name) => name !== '' && !/^(?:hostname|hosts|resolv\.conf)$/.test(name) && !COMMON_GROUP.test(name),
  );
  const aliases = names.map(
    (name, index) => [`/${name}`, `/${[...(RUNTIME.exec(name) ?? []), 'group', index + 1].join('-')}`] as const,
  );
  return new Map(aliases.sort(([a], [b]) => b.length - a.length));
}

/** SMBIOS type 17: maker, serial number, asset tag and part number (string numbers at 0x17–0x1A) become blanks of equal length. */
function withoutDimmStrings(raw: Uint8Array): Uint8Array {
  const copy = Buffer.from(raw);
  const fixed = copy[1] ?? 0;
  const secret = new Set([0x17, 0x18, 0x19, 0x1a].filter((at) => at < fixed).map((at) => copy[at]));
  for (let at = fixed, number = 1; at < copy.length; at++) {
    if (copy[at] === 0) number++;
    else if (secret.has(number)) copy[at] = 0x20;
  }
  return copy;
}

/** Of a library the header and the C library it needs; of the loader's index the allocators it names. */
function withoutCode(path: string, bytes: Uint8Array): Uint8Array {
  if (path.endsWith('ld.so.cache'))
    return Buffer.from(
      [
        ...new Set(
          Buffer.from(bytes)
            .toString('latin1')
            .match(/\/[^\0]*malloc[^\0]*/g) ?? [],
        ),
      ].join('\0'),
    );
  const libc = { glibc: 'libc.so.6', musl: 'libc.musl-' }[parseElf(bytes)?.libc ?? 'glibc'];
  return Buffer.concat([bytes.subarray(0, 20), Buffer.from(libc)]);
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
