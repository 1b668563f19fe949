import { type Fact, known, likely, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';
import { isRestricted } from './numa.js';

type Dimm = NonNullable<Machine['memory']['dimms']['value']>[number];
type Facts = Pick<Machine['memory'], 'dimms' | 'channels' | 'theoreticalBytesPerSecond'>;
type Module = Dimm & { bytesPerTransfer: number; bank: string };

const ENTRIES = '/sys/firmware/dmi/entries';
const EDAC = '/sys/devices/system/edac/mc';

/** Memory Type of SMBIOS 3.7, table 78. */
const TYPES: Record<string, string> = table({
  '0x18': 'DDR3',
  '0x1a': 'DDR4',
  '0x1b': 'LPDDR',
  '0x1c': 'LPDDR2',
  '0x1d': 'LPDDR3',
  '0x1e': 'LPDDR4',
  '0x20': 'HBM',
  '0x21': 'HBM2',
  '0x22': 'DDR5',
  '0x23': 'LPDDR5',
  '0x24': 'HBM3',
});

/** Memory modules from SMBIOS (root only on most machines), channels also from EDAC, which anyone may read. */
export function readDimms(host: Host, numa: Machine['numa']): Facts {
  const slots = host.list(ENTRIES).filter((name) => /^17-\d+$/.test(name));
  const modules = slots.flatMap((name) => parseModule(host.readBytes(`${ENTRIES}/${name}/raw`)) ?? []);
  const isDenied = slots.some((name) => host.unreadable(`${ENTRIES}/${name}/raw`) === 'denied');
  if (modules.length === 0) {
    const why = isDenied ? 'needs-root' : 'unknown';
    return {
      dimms: unknown(ENTRIES, why),
      channels: edacChannels(host, why),
      theoreticalBytesPerSecond: unknown(ENTRIES, why),
    };
  }
  const populated = modules.filter((module) => module.sizeBytes > 0);
  return {
    dimms: known(
      modules.map(({ slot, sizeBytes, type, speedMtPerS }) => ({ slot, sizeBytes, type, speedMtPerS })),
      ENTRIES,
    ),
    channels: channelsOf(populated) ?? edacChannels(host, 'unknown'),
    theoreticalBytesPerSecond: isRestricted(numa)
      ? unknown(ENTRIES, 'unknown', 'the modules are those of all nodes, and memory of some may not be used')
      : theory(populated),
  };
}

/** SMBIOS type 17, memory device (DSP0134 7.18): fixed part, then strings that end in NUL, numbered from 1. */
export function parseModule(raw: Uint8Array | undefined): Module | undefined {
  if (!raw || raw.length < 0x15 || raw[0] !== 17) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const fixed = Math.min(raw[1]!, raw.length);
  const word = (at: number) => (at + 2 <= fixed ? view.getUint16(at, true) : 0);
  const strings = Buffer.from(raw.subarray(fixed)).toString('latin1').split('\0');
  const string = (at: number) => (at < fixed && raw[at]! > 0 ? (strings[raw[at]! - 1] ?? '').trim() : '');
  const speed = word(0x20) || word(0x15);
  const sizeBytes = moduleBytes(word(0x0c), fixed >= 0x20 ? view.getUint32(0x1c, true) : 0);
  if (sizeBytes === undefined) return undefined;
  return {
    slot: string(0x10) || string(0x11) || 'unnamed',
    bank: string(0x11),
    sizeBytes,
    type: TYPES[`0x${raw[0x12]!.toString(16)}`] ?? `SMBIOS type ${raw[0x12]}`,
    speedMtPerS: speed > 0 && speed < 0xffff ? speed : null,
    bytesPerTransfer: [0, 0xffff].includes(word(0x0a)) ? 8 : word(0x0a) / 8,
  };
}

/** 0 is an empty slot, 0xFFFF unknown, 0x7FFF a pointer to the extended size in MiB; bit 15 switches from MiB to KiB. */
function moduleBytes(size: number, extended: number): number | undefined {
  if (size === 0xffff) return undefined;
  if (size === 0x7fff) return (extended & 0x7fffffff) * 1024 ** 2;
  return size & 0x8000 ? (size & 0x7fff) * 1024 : size * 1024 ** 2;
}

/** Boards that name channels ("P0 CHANNEL A", "NODE 1 CHANNEL 2") tell their number; others do not. */
function channelsOf(modules: Module[]): Fact<number> | undefined {
  const names = modules.map(({ slot, bank }) => [bank, slot].find((text) => /chan/i.test(text)));
  if (names.length === 0 || names.includes(undefined)) return undefined;
  const channels = names.map((name) => name!.replace(/[\s_-]*dimm.*$/i, '').toLowerCase());
  return likely(new Set(channels).size, ENTRIES, 'distinct channel names of populated slots');
}

function edacChannels(host: Host, why: 'unknown' | 'needs-root'): Fact<number> {
  const channels = new Set<string>();
  for (const controller of host.list(EDAC).filter((name) => /^mc\d+$/.test(name)))
    for (const dimm of host.list(`${EDAC}/${controller}`).filter((name) => /^(?:dimm|rank)\d+$/.test(name))) {
      const location = host.read(`${EDAC}/${controller}/${dimm}/dimm_location`) ?? '';
      const isPopulated = Number(host.read(`${EDAC}/${controller}/${dimm}/size`) ?? 0) > 0;
      const channel = /channel\s*(\d+)/.exec(location)?.[1];
      const part = /(?:mc|branch|csrow)\s*(\d+) channel/.exec(location)?.[0] ?? '';
      if (isPopulated && channel !== undefined)
        channels.add(`${controller} ${part.startsWith('csrow') ? '' : part} ${channel}`);
    }
  return channels.size > 0 ? likely(channels.size, EDAC) : unknown(EDAC, why);
}

function theory(modules: Module[]): Fact<number> {
  if (modules.length === 0 || modules.some((module) => module.speedMtPerS === null)) return unknown(ENTRIES);
  const sum = modules.reduce((total, module) => total + module.speedMtPerS! * 1e6 * module.bytesPerTransfer, 0);
  return likely(sum, ENTRIES, 'as if every module had a channel of its own: a bound, not an expectation');
}
