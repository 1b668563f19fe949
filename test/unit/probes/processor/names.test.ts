import { describe, expect, it } from 'vitest';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import { probeMachine } from '../../../../src/probes/index.js';

const arm = (implementer: string, part: string, vendor = '') =>
  probeMachine(
    memoryHost({
      arch: 'arm64',
      files: {
        '/proc/cpuinfo': `processor : 0\nFeatures : asimd\nCPU implementer : ${implementer}\nCPU part : ${part}`,
        '/sys/class/dmi/id/sys_vendor': vendor,
      },
    }),
  );

describe('what a processor is called', () => {
  it.each([
    ['0x41', '0xd4f', 'Amazon EC2', 'AWS Graviton4 (Neoverse-V2)'],
    ['0x41', '0xd4f', 'NVIDIA', 'NVIDIA Grace (Neoverse-V2)'],
    ['0x41', '0xd4f', 'Dell Inc.', 'Neoverse-V2'],
    ['0x6d', '0xd49', 'Microsoft Corporation', 'Neoverse-N2 (Azure Cobalt 100)'],
    ['0x61', '0x025', '', 'Firestorm (M1 Pro)'],
  ])('%s %s of %s', async (implementer, part, vendor, name) => {
    expect((await arm(implementer, part, vendor)).cpu.model.value).toBe(name);
  });

  it.each([
    ['loong64', 'Features : cpucfg lam ual fpu lsx lasx', { lsx: true, lasx: true, rvv: false }],
    ['riscv64', 'isa : rv64imafdcvh_zicbom_zba', { lsx: false, lasx: false, rvv: true }],
    ['riscv64', 'isa : rv64imafdc_zvfh', { rvv: false }],
    ['x64', 'flags : lm avx2', { rvv: false, avx2: true }],
  ])('the vectors of %s (%s)', async (arch, line, isa) => {
    const machine = await probeMachine(memoryHost({ arch, files: { '/proc/cpuinfo': `processor : 0\n${line}` } }));
    expect(machine.cpu.isa).toMatchObject(isa);
  });
});
