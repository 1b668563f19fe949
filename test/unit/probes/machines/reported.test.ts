import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { probePage } from '../../../../src/cli/probe-page.js';
import { formatCpuList, parseCpuList } from '../../../../src/core/cpu-list.js';
import type { Machine } from '../../../../src/core/machine.js';
import { probeMachine } from '../../../../src/probes/index.js';
import { archiveHost } from '../../../helpers/machines/recorded.js';
import { sharedFile } from '../../../helpers/shared.js';

/** Machines built from public reports, each with what its `expect.json` wants. They are not part of the project. */
const folder = sharedFile('cases/probes');
const archives = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.tar.xz'));

const GIB = 1024 ** 3;
const gib = (bytes: number | null): number => Math.round((10 * bytes!) / GIB) / 10;

/** What each key of `expect.json` asks about. A pair of numbers wanted is a range. */
const ASKS: Record<string, (machine: Machine, wanted: unknown) => unknown> = {
  quota: ({ limits }) => limits.quotaCpus,
  budget: ({ limits }) => limits.threadBudget,
  ceil: ({ limits }) => limits.threadCeiling,
  limitGiB: ({ memory }) => gib(memory.limitBytes.value),
  usableGiB: ({ memory }) => gib(memory.usableBytes.value),
  allowed: ({ topology }) => formatCpuList(topology.allowed.cpus),
  acores: ({ topology }) => topology.allowed.cores,
  counts: ({ topology: { machine: m } }) => [m.cpus, m.cores, m.packages, m.nodes, m.llcDomains].join('/'),
  kinds: ({ topology }) =>
    topology.kinds.map(({ kind, cpus }) => `${kind.slice(0, 4)}=${formatCpuList(cpus)}`).join(' '),
  model: ({ cpu }, wanted) => (cpu.model.value?.includes(String(wanted)) ? wanted : cpu.model.value),
  vm: ({ virtualization }) => virtualization.isVm.value,
  hidden: ({ topology }) => topology.isHidden,
  ct: ({ virtualization }) => virtualization.isContainer.value,
  rt: ({ virtualization }) => virtualization.containerRuntime.value,
  advice_any: ({ advice }, wanted) =>
    advice.some(({ id }) => (wanted as string[]).some((word) => id.includes(word)))
      ? wanted
      : advice.map(({ id }) => id),
  interleave_not: ({ bindings }, wanted) => {
    const nodes = parseCpuList(bindings.find((arm) => arm.name === 'interleave')?.memory?.nodes ?? '');
    return parseCpuList(String(wanted)).every((node) => nodes.includes(node)) ? nodes : wanted;
  },
  page_has: (machine, wanted) => {
    const page = probePage(machine, { hasColor: false });
    return page.includes(String(wanted)) ? wanted : page;
  },
};

describe.skipIf(archives.length === 0)('machines from public reports (../shared/cases/probes)', () => {
  it.each(archives)('%s', async (name) => {
    const { host, expected } = archiveHost(join(folder!, name));
    const machine = await probeMachine(host);
    expect(() => probePage(machine, { hasColor: false })).not.toThrow();
    for (const [key, wanted] of Object.entries(expected)) {
      const got = ASKS[key]!(machine, wanted);
      if (Array.isArray(wanted) && typeof wanted[0] === 'number' && typeof got === 'number') {
        expect(got, key).toBeGreaterThanOrEqual(wanted[0]);
        expect(got, key).toBeLessThanOrEqual(wanted[1]);
      } else expect(got, key).toEqual(wanted);
    }
  });
});
