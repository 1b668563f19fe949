import { GEOMETRIES, type GeometryId } from '../../core/geometry.js';
import type { Bandwidth, Machine } from '../../core/machine.js';
import { decodeRoofline, type RooflineQuant, weightBytesPerToken } from '../../core/roofline.js';
import type { Section } from './sections.js';
import { columns, type Style } from './style.js';

const SHOWN: GeometryId[] = [
  'deepseek-r1-distill-qwen-1.5b',
  'deepseek-r1-distill-qwen-7b',
  'deepseek-r1-distill-llama-8b',
  'deepseek-r1-distill-qwen-14b',
  'deepseek-r1-distill-qwen-32b',
];
const QUANTS: RooflineQuant[] = ['q4_0', 'q8_0', 'f16'];
const BAR = 24;

const gigabytes = (bytesPerSecond: number): string => `${(bytesPerSecond / 1e9).toFixed(1)} GB/s`;

/** Bandwidth by threads with bars, and what it allows the models to decode. */
export function bandwidthSection({ bandwidth, memory, isLive }: Machine, style: Style): Section {
  if (!bandwidth)
    return {
      title: 'Memory bandwidth',
      lines: [isLive ? 'not measured (--bandwidth measures it)' : 'cannot be measured on a recorded machine'],
    };
  const largest = Math.max(...bandwidth.points.map((point) => point.medianBytesPerSecond));
  const rows = bandwidth.points.map((point) => [
    `${point.threads}`.padStart(3),
    gigabytes(point.medianBytesPerSecond).padStart(11),
    '▇'.repeat(Math.max(1, Math.round((BAR * point.medianBytesPerSecond) / largest))).padEnd(BAR),
    point.isContended ? style.yellow(`contended: ${point.reasons.join('; ')}`) : '',
  ]);
  const nodes = bandwidth.perNode.map(
    ({ cpuNode, point }) =>
      `node ${cpuNode}: ${gigabytes(point.medianBytesPerSecond)} with ${point.threads} thread${point.threads === 1 ? '' : 's'}${point.isContended ? ' (contended)' : ''}`,
  );
  return {
    title: 'Memory bandwidth',
    lines: [
      style.dim(`${bandwidth.kernel}; median of the passes${bandwidth.isPinned ? ', threads pinned' : ''}`),
      ...columns(rows),
      ...nodes,
      kneeText(bandwidth, style),
      ...bandwidth.notes,
      ...reachable(bandwidth, memory.usableBytes.value, style),
    ],
  };
}

function kneeText({ kneeThreads, maxBytesPerSecond }: Bandwidth, style: Style): string {
  if (kneeThreads !== null)
    return style.bold(
      `${kneeThreads} thread${kneeThreads === 1 ? ' reaches' : 's reach'} 95 % of the maximum: the thread count to start decode from`,
    );
  if (maxBytesPerSecond === null) return style.yellow('Every point was contended: quiet the machine and run again.');
  return style.yellow('Some points were contended, so the knee is not known: quiet the machine and run again.');
}

function reachable({ maxBytesPerSecond }: Bandwidth, usableBytes: number | null, style: Style): string[] {
  if (maxBytesPerSecond === null) return [];
  const rows = SHOWN.map((id) => {
    const geometry = GEOMETRIES[id];
    const cells = decodeRoofline(maxBytesPerSecond, geometry, QUANTS).map(({ quant, tokensPerSecond }) =>
      usableBytes !== null && weightBytesPerToken(geometry, quant) > usableBytes
        ? 'no room'
        : tokensPerSecond.toFixed(1),
    );
    return [id, ...cells];
  });
  return [
    '',
    'Decode can reach at most (tok/s, empty context):',
    ...columns([['', ...QUANTS], ...rows]).map((line, index) => (index === 0 ? style.dim(line) : line)),
  ];
}
