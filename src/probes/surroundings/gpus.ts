import { known, unknown } from '../../core/fact.js';
import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';
import type { Sections } from '../sections.js';

const PCI = '/sys/bus/pci/devices';
const NVIDIA = '/proc/driver/nvidia/gpus';
/** Vendors whose display and compute devices compute; server boards also show a video chip of ASPEED or Matrox, VMs one of QEMU. */
const VENDORS: Record<string, string> = table({ '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' });
/** PCI class codes (pci.ids): 03 display controllers, 1200 processing accelerators. */
const COMPUTES = /^0x(?:03|1200)/;

/** GPUs of the machine, which r1-tune does not use: people should know that a faster engine for it may exist. */
export function probeGpus(host: Host): Sections['gpus'] {
  const devices = host.list(PCI);
  const found = devices.flatMap((address) => {
    const vendor = VENDORS[host.read(`${PCI}/${address}/vendor`) ?? ''];
    if (!vendor || !COMPUTES.test(host.read(`${PCI}/${address}/class`) ?? '')) return [];
    return [{ vendor, model: modelOf(host, address), address }];
  });
  const driven = host
    .list(NVIDIA)
    .filter((address) => !found.some((gpu) => gpu.address === address))
    .map((address) => ({ vendor: 'NVIDIA', model: modelOf(host, address), address }));
  const all = [...found, ...driven];
  return devices.length === 0 && all.length === 0 ? unknown(PCI) : known(all, PCI);
}

const modelOf = (host: Host, address: string): string | null =>
  /^Model:\s*(.+)$/m.exec(host.read(`${NVIDIA}/${address}/information`) ?? '')?.[1] ?? null;
