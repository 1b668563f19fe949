import { type Fact, known, likely, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';
import { commonWords, readCpuinfo } from '../reading/cpuinfo.js';

/** Container, virtual machine and Kubernetes are separate questions: all can hold at once. */
export function probeVirtualization(host: Host): Machine['virtualization'] {
  const runtime = containerRuntime(host);
  return {
    isContainer: runtime.value === null ? containerByRoot(host) : { ...runtime, value: true },
    containerRuntime: runtime,
    ...hypervisorFacts(host),
    isKubernetes: kubernetes(host),
    isWsl: wsl(host),
  };
}

const GROUP_WORDS: [RegExp, string][] = [
  [/libpod/, 'podman'],
  [/crio-|\/crio/, 'cri-o'],
  [/cri-containerd|containerd/, 'containerd'],
  [/docker/, 'docker'],
  [/kubepods/, 'kubernetes'],
  [/\/lxc[./]|lxc\.payload/, 'lxc'],
  [/machine\.slice\/machine-.*\.scope|systemd-nspawn/, 'systemd-nspawn'],
];

/** Sandboxes and files that name the runtime come first, then what process 1 was told, then names of groups and mounts. */
function containerRuntime(host: Host): Fact<string> {
  if (isGvisor(host)) return likely('gvisor', '/proc/version');
  if (host.exists('/.dockerenv')) return known('docker', '/.dockerenv');
  if (host.exists('/run/.containerenv')) return known('podman', '/run/.containerenv');
  const variable = host.env('container') ?? /(?:^|\0)container=([^\0]+)/.exec(host.read('/proc/1/environ') ?? '')?.[1];
  if (variable) return known(variable, 'variable "container" of process 1');
  for (const path of MANAGER_FILES) {
    const named = host.read(path);
    if (named && /^[\w-]+$/.test(named)) return known(named, path);
  }
  for (const path of ['/proc/self/cgroup', '/proc/1/cgroup', '/proc/self/mountinfo']) {
    const text = groupPaths(path, host.read(path) ?? '');
    const found = GROUP_WORDS.find(([word]) => word.test(text));
    if (found) return likely(found[1], path);
  }
  if (/ \/proc\/\S+ .* - fuse\.lxcfs /.test(host.read('/proc/self/mountinfo') ?? ''))
    return likely('lxc', '/proc/self/mountinfo', 'LXCFS stands in for files of /proc');
  return unknown(`/.dockerenv, /run/.containerenv, /proc/1/environ, ${MANAGER_FILES[0]}, /proc/self/cgroup`);
}

/** Where systemd keeps the name of the manager for users who may not read /proc/1/environ (CONTAINER_INTERFACE). */
const MANAGER_FILES = ['/run/systemd/container', '/run/host/container-manager'];

/** gVisor answers for a kernel of its own, with one made-up build: "Linux version 4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016". */
const isGvisor = (host: Host): boolean => /#1 SMP Sun Jan 10 15:06:54 PST 2016/.test(host.read('/proc/version') ?? '');

/** In mountinfo only the roots of single bound files count (/etc/hostname and its like): a host with Docker mounts overlays too. */
function groupPaths(path: string, text: string): string {
  if (!path.endsWith('mountinfo')) return text;
  const bound = text.split('\n').filter((line) => / \/etc\/(?:hostname|hosts|resolv\.conf) /.test(line));
  return bound.map((line) => line.split(' ')[3]).join('\n');
}

function containerByRoot(host: Host): Fact<boolean> {
  const mountinfo = host.read('/proc/self/mountinfo');
  const root = /^\S+ \S+ \S+ \S+ \/ .* - (\S+) /m.exec(mountinfo ?? '')?.[1];
  if (root === 'overlay') return likely(true, '/proc/self/mountinfo', 'the root file system is an overlay');
  const isTold = mountinfo !== undefined || host.read('/proc/self/cgroup') !== undefined;
  const sources = '/.dockerenv, /run/.containerenv, /proc/self/cgroup, /proc/self/mountinfo';
  return isTold ? likely(false, sources) : unknown(sources);
}

function kubernetes(host: Host): Fact<boolean> {
  if (host.env('KUBERNETES_SERVICE_HOST') !== undefined) return known(true, 'KUBERNETES_SERVICE_HOST');
  const secret = '/var/run/secrets/kubernetes.io/serviceaccount';
  if (host.exists(secret)) return known(true, secret);
  const membership = `${host.read('/proc/self/cgroup') ?? ''}\n${groupPaths('mountinfo', host.read('/proc/self/mountinfo') ?? '')}`;
  if (/kubepods|\/kubelet\/pods\//.test(membership)) return likely(true, '/proc/self/cgroup and mountinfo');
  if (host.read('/proc/self/cgroup') === undefined) return unknown(secret);
  return likely(false, `KUBERNETES_SERVICE_HOST, ${secret}, /proc/self/cgroup`);
}

function wsl(host: Host): Fact<boolean> {
  const version = host.read('/proc/version') ?? host.read('/proc/sys/kernel/osrelease');
  return version === undefined ? unknown('/proc/version') : known(/microsoft/i.test(version), '/proc/version');
}

const VENDORS: [RegExp, string][] = [
  [/QEMU|KVM|Bochs|OVMF|OpenStack|Alibaba|Tencent|Google Compute|Amazon EC2|DigitalOcean|Hetzner|Nutanix/i, 'kvm'],
  [/VMware/i, 'vmware'],
  [/VirtualBox|innotek/i, 'virtualbox'],
  [/Virtual Machine|Hyper-V/i, 'hyper-v'],
  [/Xen|HVM domU/i, 'xen'],
  [/Parallels/i, 'parallels'],
  [/Apple Virtualization/i, 'apple'],
];
/** Vendor ids of devices that only hypervisors have, in the second field of /proc/bus/pci/devices (pci.ids). */
const PCI_VENDORS: Record<string, string> = table({
  '1af4': 'kvm',
  '15ad': 'vmware',
  '80ee': 'virtualbox',
  '1414': 'hyper-v',
  '5853': 'xen',
  '1ab8': 'parallels',
});
/** A clock that only guests have. */
const GUEST_CLOCKS: Record<string, string> = table({
  'kvm-clock': 'kvm',
  hyperv_clocksource_tsc_page: 'hyper-v',
  hyperv_clocksource: 'hyper-v',
  xen: 'xen',
});

function hypervisorFacts(host: Host): Pick<Machine['virtualization'], 'isVm' | 'hypervisor'> {
  const flags = commonWords(readCpuinfo(host), 'flags');
  const named = hypervisorName(host);
  if (flags?.includes('hypervisor')) return { isVm: known(true, '/proc/cpuinfo flag "hypervisor"'), hypervisor: named };
  const devices = emulatedDevices(host);
  if (devices.value !== null) return { isVm: { ...devices, value: true }, hypervisor: devices };
  // gVisor shows neither the flag nor the DMI table: what it runs on cannot be known.
  if (isGvisor(host))
    return { isVm: unknown('/proc/cpuinfo', 'hidden'), hypervisor: unknown('/proc/cpuinfo', 'hidden') };
  // x86 sets the flag in nearly every guest; a cloud vendor's name on bare metal (EC2 *.metal) is no guest.
  if (flags)
    return { isVm: known(false, '/proc/cpuinfo: no flag "hypervisor"'), hypervisor: unknown('not a virtual machine') };
  if (isBareMetal(host)) return { isVm: known(false, PRODUCT), hypervisor: unknown('not a virtual machine') };
  if (named.value !== null) return { isVm: { ...named, value: true }, hypervisor: named };
  const hasDmi = host.exists('/sys/class/dmi/id/sys_vendor') || host.exists('/proc/device-tree');
  return { isVm: hasDmi ? likely(false, named.source) : unknown(named.source), hypervisor: named };
}

const PRODUCT = '/sys/class/dmi/id/product_name';

/** Clouds sell whole machines under their own name: EC2's `c7g.metal`, `m8g.metal-24xl`; others say "bare metal". */
const isBareMetal = (host: Host): boolean => /\.metal\b|bare[ -]?metal/i.test(host.read(PRODUCT) ?? '');

/** IBM's hypervisor runs every partition, whole machines too; only PowerNV runs without it. KVM guests have no partition name. */
const isPowerPartition = (host: Host): boolean =>
  host.exists('/proc/device-tree/ibm,partition-name') || host.exists('/proc/ppc64/lparcfg');

function hypervisorName(host: Host): Fact<string> {
  const sources = [
    '/sys/hypervisor/type',
    '/proc/device-tree/hypervisor/compatible',
    '/sys/class/dmi/id/sys_vendor',
    PRODUCT,
    '/proc/device-tree/model',
    '/proc/sysinfo',
  ];
  for (const path of sources) {
    const text = host.read(path) ?? '';
    if (/dummy-virt|Control Program: KVM/.test(text)) return known('kvm', path);
    if (/Control Program: z\/VM/.test(text)) return known('z/vm', path);
    const found = VENDORS.find(([word]) => word.test(text));
    if (found) return known(found[1], path);
  }
  if (isPowerPartition(host)) return known('powervm', '/proc/device-tree/ibm,partition-name');
  const clock = '/sys/devices/system/clocksource/clocksource0/current_clocksource';
  const guest = GUEST_CLOCKS[host.read(clock) ?? ''];
  if (guest) return likely(guest, clock);
  const devices = emulatedDevices(host);
  return devices.value === null ? unknown(sources.join(', ')) : devices;
}

function emulatedDevices(host: Host): Fact<string> {
  const path = '/proc/bus/pci/devices';
  for (const [, vendor] of (host.read(path) ?? '').matchAll(/^\S+\s+([0-9a-f]{4})[0-9a-f]{4}\s/gm)) {
    const name = PCI_VENDORS[vendor!];
    if (name) return likely(name, path);
  }
  return unknown(path);
}
