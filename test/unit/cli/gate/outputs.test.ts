import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../../src/cli/context.js';
import { COMMENT_MARKER, writeGateOutputs } from '../../../../src/cli/gate/outputs.js';
import { memoryHost } from '../../../../src/probes/host/memory.js';
import type { GateResult } from '../../../../src/runs/gate/result.js';
import { createRunFolder } from '../../../../src/store/run-folder.js';
import { tempFolder } from '../../../helpers/fake-model.js';
import { sampleProfile } from '../../../helpers/sample-profile.js';

const profile = sampleProfile();
const result = (reasons: string[]): GateResult => ({
  ...{ schemaVersion: 1, kind: 'r1-tune/gate', mode: 'paired', verdict: 'FAIL', isBlocking: true, reasons },
  ...{
    margin: 0.05,
    alpha: 0.01,
    seed: 1,
    preflight: null,
    metrics: ['decode'],
    baseline: profile,
    candidate: profile,
  },
  ...{ paired: null, stored: null, history: null, exact: null, pairs: [], startedAt: 'x', finishedAt: 'y' },
});

async function write(
  reasons: string[],
  env: Record<string, string> = {},
  flags: { comment?: string; junit?: string } = {},
) {
  const folder = createRunFolder({ parent: tempFolder('gate'), out: null, label: 'gate', time: new Date(0) });
  const commands: string[] = [];
  const context = {
    host: { ...memoryHost({ arch: 'x64', files: {} }), env: (name: string) => env[name] },
    console: { command: (text: string) => void commands.push(text) },
  } as unknown as CommandContext;
  try {
    await writeGateOutputs(result(reasons), folder.path, flags, context);
  } finally {
    folder.close();
  }
  const read = (name: string): string => readFileSync(join(folder.path, name), 'utf8');
  return { read, commands };
}

describe('files of a gate', () => {
  it('are there in every run', async () => {
    const { read, commands } = await write(['slower.']);
    expect(read('gate.md')).toContain('slower.');
    expect(read('junit.xml')).toContain('<failure message="slower."');
    expect(commands).toEqual([]);
  });

  it('speak to GitHub only inside GitHub', async () => {
    const summary = join(tempFolder('gate'), 'summary.md');
    writeFileSync(summary, 'earlier step\n');
    const { commands } = await write(['slower.'], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary });
    expect(commands).toEqual(['::error title=r1-tune gate FAIL::slower.']);
    expect(readFileSync(summary, 'utf8')).toMatch(/^earlier step\n### ❌ r1-tune gate: FAIL/);
  });

  it('go where the flags say, the comment with the marker that finds it again', async () => {
    const folder = tempFolder('gate');
    const flags = { comment: join(folder, 'comment.md'), junit: join(folder, 'junit.xml') };
    const { read } = await write(['slower.'], {}, flags);
    expect(readFileSync(flags.comment, 'utf8')).toBe(`${COMMENT_MARKER}\n${read('gate.md')}`);
    expect(readFileSync(flags.junit, 'utf8')).toBe(read('junit.xml'));
  });

  it('a step summary that cannot be written is said to be so', async () => {
    const folder = tempFolder('gate');
    mkdirSync(join(folder, 'summary.md'));
    await expect(write(['x'], { GITHUB_STEP_SUMMARY: join(folder, 'summary.md') })).rejects.toThrow(
      expect.objectContaining({ code: 'OUTPUT_UNWRITABLE' }),
    );
  });
});

describe('what CI systems refuse is cut', () => {
  const many = Array.from({ length: 40_000 }, (_, i) => `Reason ${i} with a 模型 of wide characters.`);
  const short = ['One reason.'];

  it('a comment to less than 65,536 characters, at a whole line, and says where the rest is', async () => {
    const path = join(tempFolder('gate'), 'comment.md');
    const { read } = await write(many, {}, { comment: path });
    const text = readFileSync(path, 'utf8');
    expect(text.length).toBeLessThan(65_536);
    expect(Buffer.byteLength(text)).toBeGreaterThan(60_000);
    expect(text.startsWith(COMMENT_MARKER)).toBe(true);
    expect(text).toMatch(/characters\.\n\n… cut; gate\.json has everything\.\n$/);
    expect(text).not.toContain('\ufffd');
    expect(read('gate.md').length).toBeGreaterThan(1_000_000);
  });

  it('one endless line too', async () => {
    const path = join(tempFolder('gate'), 'comment.md');
    await write(['模'.repeat(200_000)], {}, { comment: path });
    const text = readFileSync(path, 'utf8');
    expect(Buffer.byteLength(text)).toBeLessThan(65_536);
    expect(text).toContain('… cut');
    expect(text).not.toContain('\ufffd');
  });

  it('a step summary to less than 1 MiB', async () => {
    const summary = join(tempFolder('gate'), 'summary.md');
    await write(many, { GITHUB_STEP_SUMMARY: summary });
    const bytes = readFileSync(summary).length;
    expect(bytes).toBeLessThan(1024 ** 2);
    expect(bytes).toBeGreaterThan(1_000_000);
  });

  it('short texts are left alone', async () => {
    const path = join(tempFolder('gate'), 'comment.md');
    await write(short, {}, { comment: path });
    expect(readFileSync(path, 'utf8')).not.toContain('cut');
  });
});
