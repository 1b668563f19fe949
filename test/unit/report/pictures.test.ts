import Module from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import { renderReport } from '../../../src/report/index.js';
import { sampleRun } from '../../helpers/sample-run.js';

type Loader = { _resolveFilename: (request: string, ...rest: unknown[]) => string };
const loader = Module as unknown as Loader;
const original = loader._resolveFilename;

describe('charts as pictures', () => {
  afterEach(() => {
    loader._resolveFilename = original;
  });

  // First, since Node remembers where a package was found.
  it('says what to install when the optional package is missing, and leaves the module loader as it was', async () => {
    loader._resolveFilename = (request, ...rest) => {
      if (request === 'chartjs-node-canvas')
        throw Object.assign(new Error("Cannot find module 'chartjs-node-canvas'"), { code: 'MODULE_NOT_FOUND' });
      return original.call(Module, request, ...rest);
    };
    const mine = loader._resolveFilename;
    await expect(renderReport(sampleRun(), 'png')).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      mend: expect.stringContaining('npm install chartjs-node-canvas'),
    });
    expect(loader._resolveFilename).toBe(mine);
  });

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
