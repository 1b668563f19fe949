import { type Fact, known, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { table } from '../../core/table.js';
import { asChosenWord, asCpuList, asFlag, asText, asWhole, fileFact } from '../reading/file-fact.js';
import { commonText } from '../reading/per-cpu.js';
import { CPU_FOLDER } from '../topology/cpu-set.js';

const THP = '/sys/kernel/mm/transparent_hugepage';
const CLOCK = '/sys/devices/system/clocksource/clocksource0/current_clocksource';

/** Settings of the kernel that change how fast inference runs. In a VM the clocks are the host's: hidden, not bad. */
export function probeKnobs(
  host: Host,
  { topology, virtualization }: Pick<Machine, 'topology' | 'virtualization'>,
): Machine['knobs'] {
  const { cpus } = topology.allowed;
  const clocks = <T>(fact: Fact<T>) => (virtualization.isVm.value ? hiddenByVm(fact) : fact);
  const sysctl = (name: string) => fileFact(host, `/proc/sys/${name}`, asWhole);
  return {
    governor: clocks(commonText(host, cpus, 'cpufreq/scaling_governor')),
    scalingDriver: clocks(commonText(host, cpus, 'cpufreq/scaling_driver')),
    energyPreference: clocks(commonText(host, cpus, 'cpufreq/energy_performance_preference')),
    isTurboOn: clocks(turbo(host, cpus)),
    transparentHugePages: fileFact(host, `${THP}/enabled`, asChosenWord),
    transparentHugePagesDefrag: fileFact(host, `${THP}/defrag`, asChosenWord),
    swappiness: sysctl('vm/swappiness'),
    zoneReclaimMode: sysctl('vm/zone_reclaim_mode'),
    overcommitMemory: sysctl('vm/overcommit_memory'),
    maxMapCount: sysctl('vm/max_map_count'),
    numaBalancing: sysctl('kernel/numa_balancing'),
    smtControl: fileFact(host, `${CPU_FOLDER}/smt/control`, asText),
    isSmtActive: fileFact(host, `${CPU_FOLDER}/smt/active`, asFlag),
    isolatedCpus: fileFact(host, `${CPU_FOLDER}/isolated`, asCpuList),
    nohzFullCpus: fileFact(host, `${CPU_FOLDER}/nohz_full`, asCpuList),
    perfEventParanoid: sysctl('kernel/perf_event_paranoid'),
    isAutogroupOn: fileFact(host, '/proc/sys/kernel/sched_autogroup_enabled', asFlag),
    clocksource: fileFact(host, CLOCK, asText),
    mitigations: mitigations(host),
    costlyMitigations: costlyMitigations(host),
    openMpVariables: known(
      host
        .envNames()
        .filter((name) => /^(?:OMP|KMP|GOMP)_/.test(name))
        .sort(),
      'environment',
    ),
  };
}

const hiddenByVm = <T>(fact: Fact<T>): Fact<T> =>
  fact.confidence === 'unknown' ? { ...fact, confidence: 'hidden', note: 'hidden by the virtual machine' } : fact;

/** intel_pstate counts "no turbo", the others "boost": opposite senses. */
function turbo(host: Host, cpus: number[]): Fact<boolean> {
  const noTurbo = fileFact(host, `${CPU_FOLDER}/intel_pstate/no_turbo`, asFlag);
  if (noTurbo.value !== null) return { ...noTurbo, value: !noTurbo.value };
  const boost = fileFact(host, `${CPU_FOLDER}/cpufreq/boost`, asFlag);
  return boost.value === null ? fileFact(host, `${CPU_FOLDER}/cpu${cpus[0]}/cpufreq/boost`, asFlag) : boost;
}

function mitigations(host: Host): Fact<string[]> {
  const folder = `${CPU_FOLDER}/vulnerabilities`;
  const names = host.list(folder);
  if (names.length === 0) return unknown(folder);
  return known(
    names.filter((name) => host.read(`${folder}/${name}`)?.startsWith('Mitigation')),
    folder,
  );
}

/** Mitigations that slow programs which compute, not only those that enter the kernel (admin-guide/hw-vuln). */
const COSTLY: Record<string, RegExp> = table({
  // Gathers of AVX2 and AVX-512, which dequantizing kernels use, lose up to half (gather_data_sampling.rst).
  gather_data_sampling: /Microcode/,
  // The predictor is restricted or flushed at each entry into the kernel (spectre.rst, srso.rst).
  retbleed: /IBRS|IBPB/,
  spec_rstack_overflow: /IBPB/,
  // The level 1 cache is emptied when a guest is entered (l1tf.rst).
  l1tf: /cache flushes, SMT|VMX: cache flushes/,
});

function costlyMitigations(host: Host): Fact<string[]> {
  const folder = `${CPU_FOLDER}/vulnerabilities`;
  if (host.list(folder).length === 0) return unknown(folder);
  const found = Object.entries(COSTLY).flatMap(([name, costly]) => {
    const text = host.read(`${folder}/${name}`) ?? '';
    return text.startsWith('Mitigation') && costly.test(text) ? [`${name}: ${text.replace('Mitigation: ', '')}`] : [];
  });
  return known(found, folder);
}
