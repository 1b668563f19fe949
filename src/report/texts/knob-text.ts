import { OWN_KNOBS } from '../../core/candidate.js';
import { axisName } from './axis-names.js';
import { shortName } from './safe-name.js';
import { joined, same, type Text } from './text.js';

/** A knob's value in words: switches are on and off, the knobs that an engine has for itself those that are not as usual. */
export function knobValue(name: string, value: string): Text {
  if (Object.hasOwn(OWN_KNOBS, name)) return ownKnobsText(name as keyof typeof OWN_KNOBS, value);
  if (value === 'true') return { en: 'on', zh: '开' };
  return value === 'false' ? { en: 'off', zh: '关' } : same(shortName(value));
}

/** `name=value` as `knobDifferences` writes it, in words. */
export function knobText(difference: string): Text {
  const [name = '', value = ''] = difference.split(/=(.*)/s);
  return joined([axisName(name), knobValue(name, value)], same(' '));
}

function ownKnobsText(engine: keyof typeof OWN_KNOBS, value: string): Text {
  const knobs = parseKnobs(value);
  if (knobs === null) return same(value);
  const usual: Record<string, unknown> = OWN_KNOBS[engine];
  const unusual = Object.entries(knobs).filter(([name, knob]) => usual[name] !== knob);
  if (unusual.length === 0) return { en: 'as usual', zh: '默认' };
  const texts = unusual.map(([name, knob]) => joined([axisName(name), knobValue(name, String(knob))], same(' ')));
  return joined(texts, { en: ', ', zh: '，' });
}

function parseKnobs(value: string): object | null {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}
