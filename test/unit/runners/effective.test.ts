import { describe, expect, it } from 'vitest';
import { effectiveSchema } from '../../../src/core/outcome.js';
import { loadedAllocator, mappedLibrary, readEffective } from '../../../src/runners/effective.js';
import { peakRssBytes, readUsage, steadyRssBytes } from '../../../src/runners/process-usage.js';

const isLinux = process.platform === 'linux';

describe('this process, read from the system', () => {
  it('says what took effect', () => {
    const engine = {
      ...{ engine: 'fake', variant: null, systemInfo: null, threads: 3, threadsBatch: 5 },
      ...{ vocabulary: 1, contextTokens: 1, bosToken: null, eosTokens: [] },
    };
    const effective = readEffective(engine);
    expect(effectiveSchema.parse(effective)).toEqual(effective);
    expect(effective).toMatchObject({ threads: 3, threadsBatch: 5, pid: process.pid });
    if (isLinux) expect(effective.cpus).toMatch(/^\d/);
  });

  it.runIf(isLinux)('finds libraries in its own memory map', () => {
    expect(loadedAllocator()).toMatch(/glibc|jemalloc|tcmalloc|mimalloc/);
    expect(mappedLibrary(/(libc)\.so/)).toBe('libc');
    expect(mappedLibrary(/(libnothing)\.so/)).toBeNull();
  });

  it('counts time and memory upwards', () => {
    const before = readUsage();
    const kept = Array.from({ length: 200_000 }, (_, i) => ({ i }));
    while (readUsage().cpuSeconds === before.cpuSeconds);
    const after = readUsage();
    expect(after.wallMs).toBeGreaterThan(before.wallMs);
    expect(after.cpuSeconds).toBeGreaterThan(before.cpuSeconds);
    expect(after.minorFaults).toBeGreaterThanOrEqual(before.minorFaults!);
    expect(peakRssBytes()).toBeGreaterThanOrEqual(steadyRssBytes() * 0.5);
    expect(kept).toHaveLength(200_000);
  });
});
