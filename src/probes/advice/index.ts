import type { Advice } from '../../core/machine.js';
import { defineProbe } from '../probe.js';
import { kernelRules } from './kernel.js';
import { limitRules } from './limits.js';
import { loadRules } from './load.js';
import type { AdviceRule } from './rule.js';
import { topologyRules } from './topology.js';

const RULES: AdviceRule[] = [...limitRules, ...loadRules, ...kernelRules, ...topologyRules];
const ORDER: Advice['severity'][] = ['problem', 'warning', 'info'];

/** Everything about a machine that will hurt, worst first. */
export const adviceProbe = defineProbe(
  'advice',
  [
    'platform',
    'cpu',
    'topology',
    'numa',
    'memory',
    'limits',
    'knobs',
    'virtualization',
    'load',
    'power',
    'tools',
    'allocators',
  ],
  (_host, facts) => {
    const found = RULES.flatMap((rule) => rule(facts) ?? []);
    return found.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
  },
);
