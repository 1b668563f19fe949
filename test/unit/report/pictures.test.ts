import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../src/report/index.js';
import { sampleRun } from '../../helpers/sample-run.js';

describe('charts as pictures', () => {
  it('draws every chart of the page, sharp, in either language', async () => {
    const files = await renderReport(sampleRun(), 'png', { language: 'zh' });
    expect(files.map(({ name }) => name)).toEqual(
      [
        'comparison',
        'decode-threads',
        'prefill-threads',
        'bandwidth',
        'quantization',
        'effects',
        'kv-cache',
        'load',
        'warm-up',
        'token-times',
        'noise',
      ].map((id) => `chart-${id}.png`),
    );
    for (const { data } of files) {
      const bytes = Buffer.from(data);
      expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
      expect(bytes.readUInt32BE(16)).toBe(1800);
      expect(bytes.length).toBeGreaterThan(10_000);
    }
  }, 90_000);
});
