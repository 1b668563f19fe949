import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';

/** Node's name for each e_machine word that recorders write ("Architecture: x86_64"). */
const NAMES: Record<string, string> = table({
  x86_64: 'x64',
  i386: 'ia32',
  i686: 'ia32',
  aarch64: 'arm64',
  ppc64: 'ppc64',
  ppc64le: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  loongarch64: 'loong64',
});

type Reader = Pick<Host, 'read' | 'exists'>;

/** The architecture of a recorded machine, from what its files look like; 'unknown' when they do not say. */
export function archOfRecording({ read, exists }: Reader): string {
  const recorded = /^Architecture: (\S+)/m.exec(read('/proc/hwloc-nofile-info') ?? '')?.[1];
  if (recorded) return NAMES[recorded] ?? recorded;
  const cpuinfo = read('/proc/cpuinfo') ?? '';
  const flags = /^flags\s*:(.*)$/m.exec(cpuinfo)?.[1]?.split(' ');
  if (flags) return flags.includes('lm') ? 'x64' : 'ia32';
  if (/^CPU implementer\s*:/m.test(cpuinfo)) return /^Features\s*:.*\basimd\b/m.test(cpuinfo) ? 'arm64' : 'arm';
  if (/^vendor_id\s*:\s*IBM\/S390/m.test(cpuinfo)) return 's390x';
  if (/^cpu\s*:\s*POWER/m.test(cpuinfo)) return 'ppc64';
  if (/^isa\s*:\s*rv64/m.test(cpuinfo)) return 'riscv64';
  if (/^Model Name\s*:.*Loongson/im.test(cpuinfo)) return 'loong64';
  return archOfSysfs({ read, exists });
}

function archOfSysfs({ read, exists }: Reader): string {
  const cpu = '/sys/devices/system/cpu';
  const type = /type:(\w+)/.exec(read(`${cpu}/modalias`) ?? '')?.[1];
  if (type === 'x86') return 'x64';
  if (type === 'aarch64' || exists(`${cpu}/cpu0/regs/identification/midr_el1`)) return 'arm64';
  // Only x86 has these folders.
  return exists(`${cpu}/intel_pstate`) || exists(`${cpu}/cpu0/microcode`) || exists(`${cpu}/cpu0/thermal_throttle`)
    ? 'x64'
    : 'unknown';
}
