import { type Fact, known, unknown } from '../../core/fact.js';
import type { Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { asWhole } from '../reading/file-fact.js';
import { readNumberPerCpu } from '../reading/per-cpu.js';

type Power = Machine['power'];

const POWERCAP = '/sys/class/powercap';
const THERMAL = '/sys/class/thermal';
const HWMON = '/sys/class/hwmon';

export function probePower(
  host: Host,
  { topology, virtualization }: Pick<Machine, 'topology' | 'virtualization'>,
): Power {
  return {
    energyZones: energyZones(host, virtualization.isVm.value === true),
    temperatures: temperatures(host),
    thermalThrottleEvents: throttleEvents(host, topology),
  };
}

/** RAPL zones and their parts. Since Linux 5.10 only root may read the counters (CVE-2020-8694). */
function energyZones(host: Host, isVm: boolean): Power['energyZones'] {
  const zones = host
    .list(POWERCAP)
    .filter((name) => /^(?:intel|amd)-rapl(?:-mmio)?:\d+(?::\d+)*$/.test(name))
    .map((zone) => {
      const path = `${POWERCAP}/${zone}`;
      return {
        name: host.read(`${path}/name`) ?? zone,
        path,
        isReadable: host.read(`${path}/energy_uj`) !== undefined,
        maxMicrojoules: asWhole(host.read(`${path}/max_energy_range_uj`) ?? '') ?? null,
      };
    });
  if (zones.length === 0) return unknown(POWERCAP, isVm ? 'hidden' : 'unknown');
  const isDenied = zones.some((zone) => !zone.isReadable && host.unreadable(`${zone.path}/energy_uj`) === 'denied');
  return { value: zones, source: POWERCAP, confidence: isDenied ? 'needs-root' : 'certain' };
}

/** Sensors in millidegrees; drivers report -274000 or an error for "no reading". */
function temperatures(host: Host): Power['temperatures'] {
  const zones = host.list(THERMAL).filter((name) => /^thermal_zone\d+$/.test(name));
  const readings = [
    ...zones.map(
      (zone) => [host.read(`${THERMAL}/${zone}/type`) ?? zone, host.read(`${THERMAL}/${zone}/temp`)] as const,
    ),
    ...host.list(HWMON).flatMap((chip) =>
      host
        .list(`${HWMON}/${chip}`)
        .filter((file) => /^temp\d+_input$/.test(file))
        .map((file) => {
          const label = host.read(`${HWMON}/${chip}/${file.replace('_input', '_label')}`);
          const name = host.read(`${HWMON}/${chip}/name`) ?? chip;
          return [label ? `${name} ${label}` : name, host.read(`${HWMON}/${chip}/${file}`)] as const;
        }),
    ),
  ].flatMap(([name, text]) => {
    const millidegrees = asWhole(text ?? '');
    return millidegrees === undefined || millidegrees <= -273_000 ? [] : [{ name, celsius: millidegrees / 1000 }];
  });
  return readings.length === 0 ? unknown(`${THERMAL}, ${HWMON}`) : known(readings, `${THERMAL}, ${HWMON}`);
}

/** Events of cores are counted once a core; those of a package are repeated on each of its CPUs. */
function throttleEvents(host: Host, { cpus }: Machine['topology']): Fact<number> {
  const source = '/sys/devices/system/cpu/cpu*/thermal_throttle';
  const first = (key: (cpu: (typeof cpus)[number]) => number) => [
    ...new Map([...cpus].reverse().map((cpu) => [key(cpu), cpu.id])).values(),
  ];
  const ids = cpus.map((cpu) => cpu.id);
  if (
    cpus.every(
      (cpu) =>
        cpu.id > ids[0]! + 3 ||
        host.read(`/sys/devices/system/cpu/cpu${cpu.id}/thermal_throttle/core_throttle_count`) === undefined,
    )
  )
    return unknown(source);
  const sum = (values: Map<number, number>) => [...values.values()].reduce((total, value) => total + value, 0);
  const cores = readNumberPerCpu(
    host,
    first((cpu) => cpu.core),
    'thermal_throttle/core_throttle_count',
  );
  const packages = readNumberPerCpu(
    host,
    first((cpu) => cpu.package),
    'thermal_throttle/package_throttle_count',
  );
  return known(sum(cores) + sum(packages), source);
}
