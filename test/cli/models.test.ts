import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import yargs from 'yargs';
import { modelsCommand } from '../../dist/cli/commands/models.js';
import { GEOMETRIES, type ModelFile } from '../../src/core/model.js';
import { synthesizeGguf } from '../../src/models/synthesize.js';
import { HubServer } from '../helpers/hub-server.js';

const root = mkdtempSync(join(tmpdir(), 'r1-models-cli-'));
const home = join(root, 'home');
const source = join(root, 'tiny-f16.gguf');
beforeAll(() => synthesizeGguf({ geometry: { ...GEOMETRIES.tiny, layers: 1 }, quant: 'f16', seed: 1, path: source }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let stdout = '';
beforeEach(() => {
  stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
});
afterEach(() => {
  vi.restoreAllMocks();
  process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM');
});

/** The command as main.ts runs it, in this process. */
async function models(...args: string[]): Promise<string> {
  const program = yargs(['models', ...args, '--home', home])
    .option('home', { type: 'string' })
    .option('quiet', { type: 'boolean', default: false })
    .command(modelsCommand as never)
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
  await program.parseAsync();
  return stdout;
}
const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await models(...args, '--json')) as T;

describe('r1-tune models', () => {
  it('list names what can be had and what is there', async () => {
    const listing = await json<{ catalog: { id: string }[]; geometries: string[]; files: unknown[] }>('list');
    expect(listing.catalog.map(({ id }) => id)).toContain('deepseek-r1-distill-qwen-32b');
    expect(listing.geometries).toContain('tiny');
    expect(listing.files).toEqual([]);
    stdout = '';
    expect(await models('list')).toContain('--model synthetic:GEOMETRY');
  });

  it('synth writes a model, inspect says what it is', async () => {
    const path = join(root, 'made.gguf');
    await models('synth', 'tiny', '--quant', 'q8_0', '--seed', '3', '--out', path);
    expect(stdout).toContain('random weights: its text is noise');
    stdout = '';
    const [model] = await json<ModelFile[]>('inspect', path, '--sha256');
    expect(model).toMatchObject({ quant: 'q8_0', geometryId: 'tiny', weights: 'random' });
    expect(model!.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('quantize makes several levels', async () => {
    const made = await json<ModelFile[]>('quantize', source, '--to', 'q4_k_m,q6_k', '--out', root, '--threads', '1');
    expect(made.map(({ quant }) => quant)).toEqual(['q4_k_m', 'q6_k']);
    expect(existsSync(join(root, 'tiny-q4_k_m.gguf'))).toBe(true);
  });

  it('onnx makes folders', async () => {
    const made = await json<ModelFile[]>('onnx', source, '--to', 'int4', 'int8', '--out', root);
    expect(made.map(({ quant, path }) => [quant, path])).toEqual([
      ['int4', join(root, 'tiny-f16-int4-onnx', 'model.onnx')],
      ['int8', join(root, 'tiny-f16-int8-onnx', 'model.onnx')],
    ]);
  });

  it('pull fetches from the address given', async () => {
    const site = new HubServer({ 'Tiny-F16.gguf': readFileSync(source) });
    await site.start();
    const pulled = await json<{ models: ModelFile[] }>(
      'pull',
      'owner/name',
      '--quant',
      'F16',
      '--endpoint',
      site.endpoint,
    );
    await site.stop();
    expect(pulled.models).toMatchObject([{ quant: 'f16' }]);
    expect(readdirSync(join(home, 'models', 'owner--name'))).toEqual(['Tiny-F16.gguf']);
  });

  it.each([
    [['synth', 'huge'], 'MODEL_NOT_FOUND', 'tiny'],
    [['synth', 'tiny', '--quant', 'q5_k_m'], 'USAGE', 'q4_0, q8_0, f16, f32'],
    [['synth', 'tiny', '--seed', '-1'], 'USAGE', '--seed'],
    [['inspect', join(root, 'nothing.gguf')], 'MODEL_NOT_FOUND', 'nothing.gguf'],
    [['quantize', source, '--to', 'q4_9'], 'USAGE', '--to'],
    [['quantize', source, '--to', 'q4_0', '--threads', '0'], 'USAGE', '--threads'],
    [['onnx', source, '--to', 'int3'], 'USAGE', '--to'],
    [['pull', 'owner/name', '--parallel', '0'], 'USAGE', '--parallel'],
    [['pull', 'owner/name', '--endpoint', 'hf'], 'USAGE', '--endpoint'],
    [['pull', 'deepseek-r2'], 'MODEL_NOT_FOUND', 'deepseek-r1-distill-qwen-7b'],
  ])('%j is refused before anything is done', async (args, code, words) => {
    await expect(models(...args)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    expect(stdout).toBe('');
  });

  it('inspect of a cut file says where it ends', async () => {
    const cut = join(root, 'cut.gguf');
    writeFileSync(cut, readFileSync(source));
    truncateSync(cut, 600_000);
    await expect(models('inspect', cut)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining('600000'),
    });
  });
});
