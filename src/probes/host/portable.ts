import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { memoryHost } from './memory.js';

/** The parts of systeminformation that are used, so that tests can stand in for it. */
type SystemInformation = Pick<typeof import('systeminformation'), 'cpu' | 'mem' | 'osInfo' | 'system'>;
type Described = {
  cpu: Awaited<ReturnType<SystemInformation['cpu']>>;
  mem: Awaited<ReturnType<SystemInformation['mem']>>;
  os: Awaited<ReturnType<SystemInformation['osInfo']>>;
  system: Awaited<ReturnType<SystemInformation['system']>>;
};

/**
 * macOS and Windows: what systeminformation says, laid out as the files that the Linux probes read, so that limits,
 * advice and bindings follow the same rules everywhere.
 */
export async function portableHost(
  host: Host,
  load: () => Promise<SystemInformation> = () => import('systeminformation'),
): Promise<Host> {
  const information = await load();
  const [cpu, mem, os, system] = await Promise.all([
    information.cpu(),
    information.mem(),
    information.osInfo(),
    information.system(),
  ]);
  const described = { cpu, mem, os, system };
  const files = { ...processorFiles(host, described), ...topologyFiles(described), ...systemFiles(described) };
  return {
    ...memoryHost({ platform: host.platform, arch: host.arch, files }),
    isLive: true,
    env: host.env,
    envNames: host.envNames,
  };
}

/** Every source names the package, not a file that this system does not have. */
export function relabelSources(machine: Machine): Machine {
  return JSON.parse(JSON.stringify(machine), (key, value: unknown) =>
    (key === 'source' || key === 'kindsSource') && typeof value === 'string' && value.startsWith('/')
      ? `systeminformation, read as ${value}`
      : value,
  ) as Machine;
}

function processorFiles(host: Host, { cpu, system }: Described): Record<string, string> {
  // All Apple silicon has these two; the package does not list ARM features.
  const features = host.arch === 'arm64' ? 'Features : asimd asimddp' : '';
  const words = [...cpu.flags.toLowerCase().split(/\s+/), system.virtual ? 'hypervisor' : ''].map((word) =>
    word === 'avx1.0' ? 'avx' : word,
  );
  const flags = cpu.flags === '' ? '' : `flags : ${words.join(' ')}`;
  const lines = [
    `vendor_id : ${vendorId(cpu.manufacturer)}`,
    `model name : ${cpu.manufacturer} ${cpu.brand}`.replace(/ (\w+) \1 /, ' $1 '),
    ...[
      cpu.family && `cpu family : ${cpu.family}`,
      cpu.model && `model : ${cpu.model}`,
      cpu.stepping && `stepping : ${cpu.stepping}`,
    ],
    features || flags,
  ].filter((line) => line !== '');
  const blocks = Array.from({ length: cpu.cores }, (_, id) => [`processor : ${id}`, ...lines].join('\n'));
  return { '/proc/cpuinfo': blocks.join('\n\n') };
}

const vendorId = (maker: string): string =>
  /intel/i.test(maker) ? 'GenuineIntel' : /amd|advanced micro/i.test(maker) ? 'AuthenticAMD' : maker.toLowerCase();

/**
 * Siblings are not told, only numbers of cores: the threads beyond one a core are given to the first cores, which on
 * hybrid processors are the performance cores. Nothing binds to these numbers, as these systems bind no process.
 */
function topologyFiles({ cpu }: Described): Record<string, string> {
  const files: Record<string, string> = { '/sys/devices/system/cpu/online': `0-${cpu.cores - 1}` };
  const paired = Math.max(0, cpu.cores - cpu.physicalCores);
  const coreOf = (id: number) => (id < 2 * paired ? Math.floor(id / 2) : id - paired);
  const packages = Math.max(1, cpu.processors);
  for (let id = 0; id < cpu.cores; id++) {
    const siblings = id < 2 * paired ? `${id - (id % 2)}-${id - (id % 2) + 1}` : `${id}`;
    const folder = `/sys/devices/system/cpu/cpu${id}`;
    const socket = Math.floor((coreOf(id) * packages) / cpu.physicalCores);
    files[`${folder}/topology/core_cpus_list`] = siblings;
    files[`${folder}/topology/physical_package_id`] = String(socket);
    files[`${folder}/topology/core_id`] = String(coreOf(id));
    if (cpu.speedMax) files[`${folder}/cpufreq/cpuinfo_max_freq`] = String(Math.round(cpu.speedMax * 1e6));
  }
  const fast = (cpu.performanceCores ?? 0) + Math.min(paired, cpu.performanceCores ?? 0);
  if (cpu.efficiencyCores && fast > 0 && fast < cpu.cores) {
    files['/sys/devices/cpu_core/cpus'] = `0-${fast - 1}`;
    files['/sys/devices/cpu_atom/cpus'] = `${fast}-${cpu.cores - 1}`;
  }
  return files;
}

function systemFiles({ mem, os }: Described): Record<string, string> {
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1024)} kB`;
  const memory = {
    MemTotal: mem.total,
    MemAvailable: mem.available,
    SwapTotal: mem.swaptotal,
    SwapFree: mem.swaptotal - mem.swapused,
  };
  return {
    '/proc/meminfo': Object.entries(memory)
      .map(([name, bytes]) => `${name}: ${kilobytes(bytes)}`)
      .join('\n'),
    '/proc/sys/kernel/osrelease': os.kernel,
    '/etc/os-release': `PRETTY_NAME="${os.distro} ${os.release}"`,
  };
}
