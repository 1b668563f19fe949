import { formatBytes } from '../../core/units.js';
import type { AdviceRule } from './rule.js';

/** Above these the bandwidth kernel and engines lost more than their own noise in trials (docs/probes.md). */
const STEAL_SHARE = 0.02;
const PRESSURE_PERCENT = 10;
/** Below this, and below a share of memory, what is swapped out was idle long ago. */
const SWAP_USED_BYTES = 64 * 1024 ** 2;
const SWAP_USED_SHARE = 0.01;
/** One or two events since boot come from a boot or a dusty day, not from running models. */
const HEAT_EVENTS = 3;

/** What else the machine is busy with. */
export const loadRules: AdviceRule[] = [
  ({ load }) => {
    const share = load.stealShare.value;
    if (share === null || share < STEAL_SHARE) return null;
    return {
      id: 'steal-high',
      severity: 'warning',
      fact: 'load.stealShare',
      message: `The hypervisor gave ${(share * 100).toFixed(1)} % of the CPU time since boot to other guests.`,
      cause: 'Speeds then depend on neighbours: measurements scatter and deadlines are missed.',
      mend: 'Use dedicated CPUs, or measure in pairs as the gate does.',
      cite: 'proc(5) /proc/stat steal',
    };
  },
  ({ load }) => {
    const percent = load.cpuPressure.value?.some.avg10 ?? 0;
    if (percent < PRESSURE_PERCENT) return null;
    return {
      id: 'machine-busy',
      severity: 'warning',
      fact: 'load.cpuPressure',
      message: `Tasks have waited for a CPU during ${percent} % of the last 10 s.`,
      cause: 'Another program takes the CPUs that would be measured.',
      mend: 'Stop it, or wait.',
      cite: 'kernel accounting/psi.rst',
    };
  },
  ({ memory, load }) => {
    const used = memory.swapUsedBytes.value ?? 0;
    const isMuch = used >= Math.max(SWAP_USED_BYTES, SWAP_USED_SHARE * (memory.totalBytes.value ?? 0));
    const stalls = load.memoryPressure.value?.some.avg60 ?? 0;
    if (!isMuch && stalls < 1) return null;
    return {
      id: 'swap-in-use',
      severity: 'warning',
      fact: 'memory.swapUsedBytes',
      message: isMuch
        ? `${formatBytes(used)} are swapped out.`
        : `Tasks wait for memory during ${stalls} % of the last minute.`,
      cause: 'The machine has been short of memory; a model that is paged runs at the speed of the disk.',
      mend: 'Free memory, then swapoff -a && swapon -a; or choose a smaller quantization.',
      cite: 'kernel accounting/psi.rst, proc(5) SwapFree',
    };
  },
  ({ power }) => {
    const events = power.thermalThrottleEvents.value ?? 0;
    if (events < HEAT_EVENTS) return null;
    return {
      id: 'heat-throttled',
      severity: 'warning',
      fact: 'power.thermalThrottleEvents',
      message: `The processor has slowed down for heat ${events} times since boot.`,
      cause: 'A long generation ends slower than it starts.',
      mend: 'Better cooling, or a lower power limit that can be held.',
      cite: 'kernel Documentation/arch/x86: thermal_throttle core_throttle_count',
    };
  },
];
