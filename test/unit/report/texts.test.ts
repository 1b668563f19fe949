import { describe, expect, it } from 'vitest';
import { TEXTS, t } from '../../../src/report/texts/index.js';
import { knobText } from '../../../src/report/texts/knob-text.js';
import { shortName, visible } from '../../../src/report/texts/safe-name.js';
import { fill, joined, same } from '../../../src/report/texts/text.js';

const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();
/** Words that Chinese readers use as they are. */
const UNTRANSLATED = new Set(['OMP_NUM_THREADS, OMP_PROC_BIND', 'KL, nats', 'ITL p50, ms', 'ITL p95, ms', 'CPU, %']);

describe('the table of texts', () => {
  it.each(Object.entries(TEXTS))('%s says the same in both languages', (_key, { en, zh }) => {
    expect(places(zh)).toEqual(places(en));
    expect(en.trim()).toBe(en);
    expect(en).not.toBe('');
    if (!UNTRANSLATED.has(en)) expect(zh).toMatch(/\p{Script=Han}/u);
    expect(en).not.toMatch(/\p{Script=Han}/u);
  });

  it('fills places, texts inside texts, and leaves unknown places alone', () => {
    expect(t('kneeFinding', { curve: 'x', threads: 4, best: '9 tok/s', phase: t('phaseDecode') }).zh).toContain('解码');
    expect(fill({ en: '{a} {b}', zh: '{b}{a}' }, { a: 1, b: '{a}' })).toEqual({ en: '1 {a}', zh: '{a}1' });
    expect(fill(same('{nobody}')).en).toBe('{nobody}');
    expect(joined([same('a'), same('b')])).toEqual({ en: 'a b', zh: 'ab' });
  });
});

describe('names from a run', () => {
  it('shows characters that would not be seen, and cuts long names by characters', () => {
    expect(visible('a\u202eb\u0000c\u2066d\ne')).toBe('a\ufffdb\ufffdc\ufffdd\ne');
    expect(shortName('🦙'.repeat(60), 10)).toBe(`${'🦙'.repeat(9)}…`);
    expect(shortName('a\n\tb')).toBe('a b');
  });

  it('puts knobs in words', () => {
    expect(knobText('flashAttention=false')).toEqual({ en: 'flash attention off', zh: 'Flash Attention 关' });
    expect(knobText('binding=a=b').en).toBe('binding a=b');
    const onnx = '{"spinning":false,"executionMode":"sequential","arena":true,"graphOptimization":"all"}';
    expect(knobText(`onnx=${onnx}`).en).toBe('ONNX Runtime spinning off');
    expect(knobText('onnx=none').en).toBe('ONNX Runtime none');
  });
});
