import type { Machine } from '../../core/machine.js';
import type { Section } from './sections.js';
import { columns, folded, type Style } from './style.js';

const LIST_WIDTH = 60;

export function bindingsSection({ bindings }: Machine, style: Style): Section {
  const rows = bindings.map((arm) => {
    const memory = arm.memory ? `memory: ${arm.memory.policy} ${arm.memory.nodes ?? ''}` : '';
    if (arm.sameAs) return [style.dim(arm.name), style.dim('='), style.dim(`same as ${arm.sameAs}`)];
    if (!arm.available) return [style.dim(arm.name), style.dim('–'), style.dim(arm.reason ?? '')];
    return [
      arm.name,
      '✓',
      `${arm.tool === 'none' ? 'as started' : [arm.tool, shortened(arm.cpus ?? ''), memory].filter(Boolean).join(' ')} (${arm.coreCount} core${arm.coreCount === 1 ? '' : 's'})`,
    ];
  });
  return { title: 'Bindings', lines: columns(rows) };
}

/** A long list is cut at a comma; --json has all of it. */
function shortened(list: string): string {
  return list.length <= LIST_WIDTH ? list : `${list.slice(0, list.lastIndexOf(',', LIST_WIDTH) + 1)}…`;
}

export function adviceSection({ advice }: Machine, style: Style): Section {
  const signs = { problem: style.red('✖'), warning: style.yellow('▲'), info: '·' };
  if (advice.length === 0) return { title: 'Advice', lines: ['nothing found that will hurt'] };
  return {
    title: 'Advice',
    lines: advice.flatMap((item) => [
      `${signs[item.severity]} ${style.bold(item.message)}`,
      ...folded(item.cause, 100, '  ').map((line, i) => (i === 0 ? `  ${line}` : line)),
      ...folded(`→ ${item.mend}`, 100, '    ').map((line, i) => (i === 0 ? `  ${line}` : line)),
    ]),
  };
}
