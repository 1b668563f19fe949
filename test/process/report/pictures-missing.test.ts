import Module from 'node:module';
import { expect, it } from 'vitest';
import { renderReport } from '../../../src/report/index.js';
import { sampleRun } from '../../helpers/sample-run.js';

type Loader = { _resolveFilename: (request: string, ...rest: unknown[]) => string };

// In a process of its own: Node remembers a module that could not be loaded.
it('says what to do where the canvas has no build', async () => {
  const loader = Module as unknown as Loader;
  const original = loader._resolveFilename;
  loader._resolveFilename = (request, ...rest) => {
    if (/canvas-|\.node$/.test(request)) throw Object.assign(new Error('no such build'), { code: 'MODULE_NOT_FOUND' });
    return original.call(Module, request, ...rest);
  };
  await expect(renderReport(sampleRun(), 'png')).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    fix: expect.stringContaining('--omit=optional'),
  });
  loader._resolveFilename = original;
});
