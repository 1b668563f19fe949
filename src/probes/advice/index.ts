import type { Advice, Machine } from '../../core/machine.js';
import type { Host } from '../../core/ports.js';
import { hasPrograms } from '../programs/tools.js';
import { kernelRules } from './kernel.js';
import { limitRules } from './limits.js';
import { loadRules } from './load.js';
import type { AdviceFacts, AdviceRule } from './rule.js';
import { topologyRules } from './topology.js';

const RULES: AdviceRule[] = [...limitRules, ...loadRules, ...kernelRules, ...topologyRules];
/** Facts that a recording of proc/ and sys/ alone cannot hold: their absence is no finding. */
const ABOUT_PROGRAMS = ['tools', 'allocators'];
const ORDER: Advice['severity'][] = ['problem', 'warning', 'info'];

/** Everything about a machine that will hurt, worst first. */
export function probeAdvice(host: Host, facts: AdviceFacts): Machine['advice'] {
  const found = RULES.flatMap((rule) => rule(facts) ?? []).filter(
    ({ fact }) => hasPrograms(host) || !ABOUT_PROGRAMS.includes(fact),
  );
  return found.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}
