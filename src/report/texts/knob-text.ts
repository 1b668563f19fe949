import { DEFAULT_ONNX_KNOBS, type OnnxKnobs } from '../../core/candidate.js';
import { axisName } from './axis-names.js';
import { shortName } from './safe-name.js';
import { joined, same, type Text } from './text.js';

/** A knob's value in words: switches are on and off, the knobs of ONNX Runtime those that are not as usual. */
export function knobValue(name: string, value: string): Text {
  if (name === 'onnx') return onnxText(value);
  if (value === 'true') return { en: 'on', zh: '开' };
  return value === 'false' ? { en: 'off', zh: '关' } : same(shortName(value));
}

/** `name=value` as `knobDifferences` writes it, in words. */
export function knobText(difference: string): Text {
  const [name = '', value = ''] = difference.split(/=(.*)/s);
  return joined([axisName(name), knobValue(name, value)], same(' '));
}

function onnxText(value: string): Text {
  const knobs = parseKnobs(value);
  if (knobs === null) return same(value);
  const usual = { ...DEFAULT_ONNX_KNOBS } as Record<string, unknown>;
  const unusual = Object.entries(knobs).filter(([name, knob]) => usual[name] !== knob);
  if (unusual.length === 0) return { en: 'as usual', zh: '默认' };
  const texts = unusual.map(([name, knob]) => joined([same(name), knobValue(name, String(knob))], same(' ')));
  return joined(texts, { en: ', ', zh: '，' });
}

function parseKnobs(value: string): Partial<OnnxKnobs> | null {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}
