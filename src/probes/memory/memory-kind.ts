import { tryParseCpuList } from '../../core/cpu-list.js';
import { type Fact, known, likely, unknown } from '../../core/fact.js';
import type { MemoryKind, NumaNode } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { readCpuinfo } from '../reading/cpuinfo.js';
import { asWhole } from '../reading/file-fact.js';

/** One kind of evidence; undefined where it says nothing about the node. */
type Evidence = (host: Host, node: NumaNode, nodes: NumaNode[]) => Fact<MemoryKind> | undefined;

const DAX = '/sys/bus/dax/devices';
const ND = '/sys/bus/nd/devices';
const TIERS = '/sys/devices/virtual/memory_tiering';
/** Bandwidth against the best node with CPUs: HBM gives 2 to 4 times as much, CXL and persistent memory less than half. */
const HBM_BANDWIDTH = 1.5;
const SLOW_BANDWIDTH = 0.75;

/** The kind of memory of every node without CPUs, by the first evidence that names it: drivers before figures. */
export function withMemoryKinds(host: Host, nodes: NumaNode[]): NumaNode[] {
  return nodes.map((node) => {
    if (node.kind !== 'memory-only') return node;
    const found = EVIDENCE.map((evidence) => evidence(host, node, nodes)).find((fact) => fact !== undefined);
    return { ...node, memoryKind: found ?? unknown(`${DAX}, ${TIERS}, HMAT`) };
  });
}

/** NVIDIA's driver names the node of each GPU whose memory it has put online (Grace Hopper, POWER9). */
const byGpuDriver: Evidence = (host, node) => {
  const folder = '/proc/driver/nvidia/gpus';
  const file = host
    .list(folder)
    .map((gpu) => `${folder}/${gpu}/numa_status`)
    .find((path) => new RegExp(`^Node:\\s*${node.id}$`, 'm').test(host.read(path) ?? ''));
  return file === undefined ? undefined : known('gpu', file);
};

/** A dax device tells its node, and its place in the device tree who made it: a CXL region, an NVDIMM bus, or firmware. */
const byDaxDevice: Evidence = (host, node) => {
  const device = host.list(DAX).find((name) => asWhole(host.read(`${DAX}/${name}/target_node`) ?? '') === node.id);
  if (device === undefined) return undefined;
  const place = host.readLink(`${DAX}/${device}`) ?? '';
  if (/decoder|cxl|ACPI0017/i.test(place)) return known('cxl', `${DAX}/${device}`);
  return /ndbus|nfit|ACPI0012/i.test(place) ? known('persistent', `${DAX}/${device}`) : undefined;
};

const byNvdimmRegion: Evidence = (host, node) => {
  const region = host.list(ND).find((name) => asWhole(host.read(`${ND}/${name}/target_node`) ?? '') === node.id);
  return region === undefined ? undefined : known('persistent', `${ND}/${region}`);
};

const byCxlRegion: Evidence = (host, node) => {
  const folder = '/sys/bus/cxl/devices';
  const region = host
    .list(folder)
    .find((name) =>
      host
        .list(`${folder}/${name}`)
        .some(
          (entry) => /^dax_region/.test(entry) && host.read(`${folder}/${name}/${entry}/target_node`) === `${node.id}`,
        ),
    );
  return region === undefined ? undefined : known('cxl', `${folder}/${region}`);
};

/** Knights Landing and Mill have 16 GiB of MCDRAM on the package; no other memory of theirs stands without CPUs. */
const byXeonPhi: Evidence = (host) => {
  const fields = readCpuinfo(host)[0]?.fields;
  const isPhi = fields?.get('cpu family') === '6' && ['87', '133'].includes(fields.get('model') ?? '');
  return isPhi ? known('hbm', '/proc/cpuinfo model (Xeon Phi)') : undefined;
};

const byPromise: Evidence = (_host, node, nodes) => {
  const near = nodes.flatMap((other) => (other.cpus.length > 0 ? (other.readBytesPerSecond ?? []) : []));
  if (!node.readBytesPerSecond || near.length === 0) return undefined;
  const ratio = node.readBytesPerSecond / Math.max(...near);
  const source = `/sys/devices/system/node/node${node.id}/access1/initiators/read_bandwidth`;
  if (ratio >= HBM_BANDWIDTH) return likely('hbm', source);
  return ratio <= SLOW_BANDWIDTH ? likely('slower', source) : undefined;
};

/** Tiers are numbered by abstract distance: a lower number than that of the CPU nodes is faster memory. */
const byTier: Evidence = (host, node, nodes) => {
  const tierOf = (id: number) =>
    host
      .list(TIERS)
      .filter((name) => /^memory_tier\d+$/.test(name))
      .find((name) => tryParseCpuList(host.read(`${TIERS}/${name}/nodelist`) ?? '')?.includes(id));
  const rank = (name: string | undefined) => Number(name?.slice('memory_tier'.length) ?? Number.NaN);
  const own = tierOf(node.id);
  const near = Math.min(...nodes.filter(({ cpus }) => cpus.length > 0).map(({ id }) => rank(tierOf(id))));
  if (rank(own) < near) return likely('hbm', `${TIERS}/${own}`);
  return rank(own) > near ? likely('slower', `${TIERS}/${own}`) : undefined;
};

/** Xeon Max shows its HBM as nodes of their own in flat mode; without a driver's name nothing else would stand there. */
const byXeonMax: Evidence = (host) =>
  /\bXeon\b.*\bMax\b/i.test(readCpuinfo(host)[0]?.fields.get('model name') ?? '')
    ? likely('hbm', '/proc/cpuinfo model name')
    : undefined;

const EVIDENCE: Evidence[] = [
  byGpuDriver,
  byDaxDevice,
  byNvdimmRegion,
  byCxlRegion,
  byXeonPhi,
  byPromise,
  byTier,
  byXeonMax,
];
