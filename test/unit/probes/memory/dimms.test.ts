import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { parseModule, readDimms } from '../../../../src/probes/memory/dimms.js';
import { fileFact } from '../../../../src/probes/reading/file-fact.js';

const MIB = 1024 ** 2;
type Fields = {
  size: number;
  extended?: number;
  type?: number;
  speed?: number;
  configured?: number;
  width?: number;
  slot?: string;
  bank?: string;
};

/** An SMBIOS type 17 entry of version 3, with the slot and the bank as its two strings. */
function entry({
  size,
  extended = 0,
  type = 0x22,
  speed = 0,
  configured = 0,
  width = 64,
  slot = 'DIMM 0',
  bank = 'BANK 0',
}: Fields): Uint8Array {
  const head = Buffer.alloc(0x28);
  head[0] = 17;
  head[1] = head.length;
  head.writeUInt16LE(width, 0x0a);
  head.writeUInt16LE(size, 0x0c);
  head[0x10] = 1;
  head[0x11] = 2;
  head[0x12] = type;
  head.writeUInt16LE(speed, 0x15);
  head.writeUInt32LE(extended, 0x1c);
  head.writeUInt16LE(configured, 0x20);
  return Buffer.concat([head, Buffer.from(`${slot}\0${bank}\0\0`)]);
}
const path = (index: number) => `/sys/firmware/dmi/entries/17-${index}/raw`;
const hostOf = (fields: Fields[], denied: string[] = []) =>
  memoryHost({
    arch: 'x64',
    files: {},
    bytes: Object.fromEntries(fields.map((one, index) => [path(index), entry(one)])),
    denied,
  });

/** No node whose memory is forbidden: the modules are those of all that may be used. */
const NUMA = { nodes: [], source: '', notes: [] };

describe('memory modules', () => {
  it('run at the configured speed, not at the one on the label', () => {
    expect(parseModule(entry({ size: 16384, speed: 5600, configured: 4800 }))).toMatchObject({
      slot: 'DIMM 0',
      sizeBytes: 16384 * MIB,
      type: 'DDR5',
      speedMtPerS: 4800,
    });
    expect(parseModule(entry({ size: 16384, speed: 3200 }))?.speedMtPerS).toBe(3200);
    expect(parseModule(entry({ size: 16384, speed: 0xffff }))?.speedMtPerS).toBeNull();
  });

  it('tell their size in MiB, in KiB, or elsewhere', () => {
    expect(parseModule(entry({ size: 0 }))?.sizeBytes).toBe(0);
    expect(parseModule(entry({ size: 0x8000 | 512 }))?.sizeBytes).toBe(512 * 1024);
    expect(parseModule(entry({ size: 0x7fff, extended: 65536 }))?.sizeBytes).toBe(65536 * MIB);
    expect(parseModule(entry({ size: 0xffff }))).toBeUndefined();
    expect(parseModule(Buffer.from([17, 4]))).toBeUndefined();
  });

  it('give channels by their names, and a bound from speed and width', () => {
    const modules = ['P0 CHANNEL A', 'P0 CHANNEL A', 'P0 CHANNEL B'].map((bank) => ({
      size: 16384,
      configured: 4800,
      bank,
    }));
    const facts = readDimms(hostOf([...modules, { size: 0, bank: 'P0 CHANNEL C' }]), NUMA);
    expect(facts.channels.value).toBe(2);
    expect(facts.theoreticalBytesPerSecond.value).toBe(3 * 4800e6 * 8);
    expect(facts.dimms.value).toHaveLength(4);
    const narrow = readDimms(hostOf([{ size: 16384, configured: 6400, width: 16, type: 0x23 }]), NUMA);
    expect(narrow.theoreticalBytesPerSecond.value).toBe(6400e6 * 2);
  });

  it('need root on most machines; EDAC still tells channels to anyone', () => {
    const files = Object.fromEntries(
      [0, 1].flatMap((dimm) => [
        [`/sys/devices/system/edac/mc/mc0/dimm${dimm}/size`, '16384'],
        [`/sys/devices/system/edac/mc/mc0/dimm${dimm}/dimm_location`, `channel ${dimm} slot 0 `],
      ]),
    );
    const facts = readDimms(memoryHost({ arch: 'x64', files, denied: [path(0)] }), NUMA);
    expect(facts.dimms).toMatchObject({ value: null, confidence: 'needs-root' });
    expect(facts.channels).toMatchObject({ value: 2, confidence: 'likely' });
  });
});

describe('a fact from a file', () => {
  const host = memoryHost({ arch: 'x64', files: { '/a': '7', '/b': 'seven' }, denied: ['/c'] });
  const whole = (text: string) => (/^\d+$/.test(text) ? Number(text) : undefined);

  it('is known, not understood, denied or missing', () => {
    expect(fileFact(host, '/a', whole)).toEqual({ value: 7, source: '/a', confidence: 'certain' });
    expect(fileFact(host, '/b', whole)).toMatchObject({
      value: null,
      confidence: 'unknown',
      note: 'not understood: seven',
    });
    expect(fileFact(host, '/c', whole)).toMatchObject({ value: null, confidence: 'needs-root' });
    expect(fileFact(host, '/d', whole)).toMatchObject({ value: null, confidence: 'unknown' });
  });
});
