import { describe, expect, it } from 'vitest';
import { fingerprintDifferences } from '../../../src/core/fingerprint.js';
import { memoryHost } from '../../../src/probes/host/memory.js';
import { probeMachine } from '../../../src/probes/index.js';
import { generateMachine, readDescription } from '../../helpers/machines/generated.js';
import { overlay } from '../../helpers/machines/overlay.js';

const host = memoryHost(generateMachine(readDescription('graviton-3')));
const fingerprintOf = async (changes: Record<string, string>) =>
  (await probeMachine(overlay(host, changes))).fingerprint;

describe('fingerprint', () => {
  it('is the same for the same machine, whatever its load', async () => {
    const before = await fingerprintOf({});
    const now = await fingerprintOf({
      '/proc/loadavg': '9 9 9',
      '/proc/pressure/cpu': 'some avg10=90.00 avg60=1.00 avg300=1.00 total=5',
    });
    expect(now).toEqual(before);
  });

  it('names a hard difference by its field', async () => {
    const before = await fingerprintOf({});
    const now = await fingerprintOf({ '/proc/self/status': 'Cpus_allowed_list:\t0-31' });
    expect(now.hash).not.toBe(before.hash);
    expect(fingerprintDifferences(before, now)).toEqual([
      { field: 'allowedCpus', isHard: true, before: '0-63', now: '0-31' },
    ]);
  });

  it('keeps the hash when only soft parts differ', async () => {
    const before = await fingerprintOf({});
    const now = await fingerprintOf({ '/proc/sys/kernel/osrelease': '6.9.1' });
    expect(now.hash).toBe(before.hash);
    expect(fingerprintDifferences(before, now)).toEqual([
      { field: 'kernel', isHard: false, before: null, now: '6.9.1' },
    ]);
  });

  it('does not change with the few megabytes a kernel keeps for itself', async () => {
    const before = await fingerprintOf({});
    const now = await fingerprintOf({ '/proc/meminfo': 'MemTotal: 133100000 kB\nMemAvailable: 100000000 kB' });
    expect(now.hash).toBe(before.hash);
  });
});
