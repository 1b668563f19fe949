/** Numbers for people. This file runs in Node and, without its `export` words, inside the report page. */

const DIGITS = 3;
const BYTE_STEPS = [
  [1024 ** 4, 'TiB'],
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
];

/** Three significant digits, thousands grouped, never an exponent. */
export function formatNumber(value, digits = DIGITS) {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.max(0, Math.min(6, digits - 1 - magnitude));
  return fixed(value, decimals);
}

function fixed(value, decimals) {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return (value < 0 ? '−' : '') + grouped + (fraction ? `.${fraction}` : '');
}

/** A number on an axis: as short as it is exact, its unit is in the title. */
export function formatTick(value) {
  const [, fraction = ''] = String(Number(value.toPrecision(6))).split('.');
  return fixed(value, Math.min(6, fraction.length));
}

function withUnit(value, unit, digits) {
  return `${formatNumber(value, digits)} ${unit}`;
}

function formatBytes(bytes) {
  const step = BYTE_STEPS.find(([size]) => Math.abs(bytes) >= size);
  return step ? withUnit(bytes / step[0], step[1]) : withUnit(bytes, 'B');
}

function formatMs(ms) {
  const size = Math.abs(ms);
  if (size < 1000) return withUnit(ms, 'ms');
  if (size < 120_000) return withUnit(ms / 1000, 's');
  return size < 7_200_000 ? withUnit(ms / 60_000, 'min') : withUnit(ms / 3_600_000, 'h');
}

/** A change in percent with its sign: "+8.3 %", "+3,431 %". */
function formatChange(percent) {
  const text = fixed(Math.abs(percent), Math.abs(percent) < 100 ? 1 : 0);
  return text === '0.0' ? '±0.0 %' : `${percent < 0 ? '−' : '+'}${text} %`;
}

/** Every formatter by name, so that charts and tables can name one in plain data. */
export const FORMATS = {
  plain: (value) => formatNumber(value),
  count: (value) => fixed(value, 0),
  money: (value) => (Math.abs(value) < 1 ? formatNumber(value) : fixed(value, Math.abs(value) < 100 ? 2 : 0)),
  rate: (value) => withUnit(value, 'tok/s'),
  ms: formatMs,
  seconds: (value) => formatMs(value * 1000),
  bytes: formatBytes,
  gib: (value) => withUnit(value, 'GiB'),
  gigabytes: (value) => withUnit(value, 'GB/s'),
  bandwidth: (value) => withUnit(value / 1e9, 'GB/s'),
  share: (value) => `${(value * 100).toFixed(1)} %`,
  percent: (value) => `${fixed(value, 1)} %`,
  /** A ratio: 1.083 is "+8.3 %". */
  change: (ratio) => formatChange((ratio - 1) * 100),
  signedPercent: formatChange,
  times: (value) => `${formatNumber(value)} ×`,
  joules: (value) => withUnit(value, 'J/token'),
  kilowattHours: (value) => withUnit(value, 'kWh'),
};

export function formatValue(name, value) {
  return value === null || value === undefined ? '–' : FORMATS[name](value);
}
