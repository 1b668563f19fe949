import type { AdviceRule } from './rule.js';

const SLOW_CLOCKS = ['hpet', 'acpi_pm', 'jiffies', 'refined-jiffies', 'xen'];
/** Drivers that take a preference between energy and speed from the governor's place. */
const EPP_DRIVERS = /intel_pstate|amd-pstate-epp|amd_pstate_epp/;

/** Settings of the kernel that cost speed. */
export const kernelRules: AdviceRule[] = [
  ({ knobs }) => {
    const governor = knobs.governor.value;
    const drivesItself = EPP_DRIVERS.test(knobs.scalingDriver.value ?? '');
    if (!governor || drivesItself || !/powersave|conservative|userspace/.test(governor)) return null;
    return {
      id: 'governor-slow',
      severity: 'problem',
      fact: 'knobs.governor',
      message: `The cpufreq governor is ${governor} (driver ${knobs.scalingDriver.value ?? 'unknown'}).`,
      cause: 'With this driver it holds the clock low or raises it late.',
      mend: 'cpupower frequency-set -g performance (or schedutil).',
      cite: 'kernel admin-guide/pm/cpufreq.rst',
    };
  },
  ({ knobs }) => {
    const preference = knobs.energyPreference.value;
    if (!preference || !/^(?:balance_)?power$|power(?:,|$)/.test(preference)) return null;
    return {
      id: 'energy-preference-power',
      severity: 'warning',
      fact: 'knobs.energyPreference',
      message: `energy_performance_preference is ${preference}.`,
      cause:
        'The processor prefers low clocks; the governor "powersave" of intel_pstate is normal, this value is what counts.',
      mend: 'echo performance | tee /sys/devices/system/cpu/cpu*/cpufreq/energy_performance_preference',
      cite: 'kernel admin-guide/pm/intel_pstate.rst',
    };
  },
  ({ knobs }) => {
    if (knobs.isTurboOn.value !== false) return null;
    return {
      id: 'turbo-off',
      severity: 'warning',
      fact: 'knobs.isTurboOn',
      message: 'Clocks above the base clock are switched off.',
      cause: 'Prefill is bound by computing and loses what turbo would give; results are steadier in return.',
      mend: `${knobs.isTurboOn.source.endsWith('no_turbo') ? 'echo 0' : 'echo 1'} > ${knobs.isTurboOn.source}`,
      cite: 'kernel admin-guide/pm/intel_pstate.rst, cpufreq.rst',
    };
  },
  ({ knobs }) => {
    const mode = knobs.transparentHugePages.value;
    if (mode !== 'never') return null;
    return {
      id: 'huge-pages-never',
      severity: 'warning',
      fact: 'knobs.transparentHugePages',
      message: 'Transparent huge pages are switched off.',
      cause: 'Gigabytes of weights in 4 KiB pages miss the TLB all the time.',
      mend: 'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled, then let a sweep try --huge-pages.',
      cite: 'kernel admin-guide/mm/transhuge.rst',
    };
  },
  ({ knobs, topology }) => {
    if (!knobs.numaBalancing.value || topology.allowed.memoryNodes.length < 2) return null;
    return {
      id: 'numa-balancing-on',
      severity: 'warning',
      fact: 'knobs.numaBalancing',
      message: 'Automatic NUMA balancing is on.',
      cause: 'It unmaps pages to see who uses them and moves them under the running model; llama.cpp warns of it too.',
      mend: 'sysctl kernel.numa_balancing=0 while a model is served.',
      cite: 'kernel sysctl/kernel.rst numa_balancing, llama.cpp ggml_numa_init',
    };
  },
  ({ knobs, topology }) => {
    if (!knobs.zoneReclaimMode.value || topology.allowed.memoryNodes.length < 2) return null;
    return {
      id: 'zone-reclaim-on',
      severity: 'warning',
      fact: 'knobs.zoneReclaimMode',
      message: `vm.zone_reclaim_mode is ${knobs.zoneReclaimMode.value}.`,
      cause: 'A node drops its page cache, the mapped model with it, before it takes memory from another node.',
      mend: 'sysctl vm.zone_reclaim_mode=0',
      cite: 'kernel sysctl/vm.rst zone_reclaim_mode',
    };
  },
  ({ knobs, memory }) => {
    const swappiness = knobs.swappiness.value;
    if (swappiness === null || swappiness <= 10 || !memory.swapTotalBytes.value) return null;
    return {
      id: 'swappiness-high',
      severity: 'info',
      fact: 'knobs.swappiness',
      message: `vm.swappiness is ${swappiness} and there is swap.`,
      cause: 'Under memory pressure the KV cache goes to disk while page cache is kept.',
      mend: 'sysctl vm.swappiness=1, memory.swap.max=0 for the service, or mlock.',
      cite: 'kernel sysctl/vm.rst swappiness',
    };
  },
  ({ knobs }) => {
    if (knobs.overcommitMemory.value !== 2) return null;
    return {
      id: 'overcommit-strict',
      severity: 'warning',
      fact: 'knobs.overcommitMemory',
      message: 'vm.overcommit_memory is 2: every reservation counts in full.',
      cause: 'Engines reserve more address space than they touch; allocation fails although memory is free.',
      mend: 'sysctl vm.overcommit_memory=0, or raise vm.overcommit_ratio.',
      cite: 'kernel mm/overcommit-accounting.rst',
    };
  },
  ({ knobs }) => {
    const clock = knobs.clocksource.value;
    if (!clock || !SLOW_CLOCKS.includes(clock)) return null;
    return {
      id: 'clock-slow',
      severity: 'warning',
      fact: 'knobs.clocksource',
      message: `The kernel keeps time by ${clock}.`,
      cause: 'Reading it enters the kernel, which slows engines that time every step and blurs what is measured.',
      mend: 'Boot with clocksource=tsc tsc=reliable if the processor has an invariant TSC.',
      cite: 'kernel timers/timekeeping.rst',
    };
  },
  ({ knobs }) => {
    const costly = knobs.costlyMitigations?.value ?? [];
    if (costly.length === 0) return null;
    return {
      id: 'mitigations-costly',
      severity: 'info',
      fact: 'knobs.costlyMitigations',
      message: `Mitigations that cost speed are on: ${costly.join('; ')}.`,
      cause: 'They slow vector gathers, entries into the kernel or guests; how much depends on the engine.',
      mend: 'Leave them on where programs of others run. On a machine of your own, measure with and without (kernel parameter mitigations=off).',
      cite: 'kernel admin-guide/hw-vuln',
    };
  },
];
