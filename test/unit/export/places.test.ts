import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportProfile } from '../../../src/export/index.js';
import { temporaryFolder } from '../../helpers/exported.js';
import { sampleProfile } from '../../helpers/sample-profile.js';
import { hasTool, runTool } from '../../helpers/tools.js';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (path: string) => {
  const profile = sampleProfile();
  return { ...profile, model: { ...profile.model, path } };
};
const unit = (path: string, profilePath = '/etc/r1-tune/best.json'): string =>
  exportProfile(at(path), 'systemd', { profilePath })[0]!.text;

describe('systemd: files in places that the service does not see', () => {
  it.each([
    ['/home/anna/m.gguf', 'tmpfs'],
    ['/root/m.gguf', 'tmpfs'],
    ['/run/user/1000/m.gguf', 'tmpfs'],
    ['/tmp/my models/m%20.gguf', 'yes'],
    ['/var/tmp/m.gguf', 'yes'],
    ['/srv/../tmp/m.gguf', 'yes'],
  ])('%s is shown to it, and the file says so', (path, home) => {
    const text = unit(path);
    expect(text).toContain(`ProtectHome=${home}`);
    expect(text).toMatch(/^# The model lies in a (home folder|folder for temporary files)/m);
    expect(text).toMatch(/^BindReadOnlyPaths="?\/(home|root|run|tmp|var)\//m);
  });

  it('shows the profile, the allocator and the whole folder of an ONNX model too', () => {
    const profile = sampleProfile({ allocator: { name: 'jemalloc', path: '/home/a/lib/libjemalloc.so.2' } });
    const model = { ...profile.model, format: 'onnx' as const, path: '/home/a/int4/model.onnx' };
    const { text } = exportProfile({ ...profile, model }, 'systemd', { profilePath: '/root/best.json' })[0]!;
    const shown = [...text.matchAll(/^BindReadOnlyPaths=(.*)$/gm)].map(([, path]) => path);
    expect(shown).toEqual(['/home/a/int4', '/root/best.json', '/home/a/lib/libjemalloc.so.2']);
  });

  it('says nothing where everything can be seen, and is not taken in by similar names', () => {
    expect(unit('/srv/home/tmp/m.gguf')).not.toContain('BindReadOnlyPaths');
    expect(unit('/tmpfiles/m.gguf')).not.toContain('BindReadOnlyPaths');
  });

  it('refuses a path that the directive cannot name', () => {
    expect(() => unit('/tmp/a:b.gguf')).toThrow(/colon/);
  });

  it.skipIf(!hasTool('systemd-analyze'))('systemd-analyze verify takes these units', () => {
    const path = join(folder, 'shown.service');
    writeFileSync(path, unit('/tmp/my models/m%20.gguf', '/root/best.json'));
    const { status, output } = runTool('systemd-analyze', ['verify', '--man=no', path]);
    expect(output).toBe('');
    expect(status).toBe(0);
  });
});

describe('kubernetes: CPUs that a pod asks for', () => {
  const manifest = (threads: number, allowedCpus: string, quotaCpus: number | null = null): string => {
    const profile = sampleProfile({ threads, threadsBatch: null, replicas: 1 });
    const machine = { ...profile.machine, hard: { ...profile.machine.hard, allowedCpus, quotaCpus } };
    return exportProfile({ ...profile, machine }, 'kubernetes')[0]!.text;
  };

  it.each([
    [2, '0-1', null, 2],
    [1, '0-1', null, 2],
    [2, '0-7', null, 3],
    [4, '0-7', 2, 2],
    [8, '0-3', null, 4],
  ])('%i threads measured on CPUs %s (quota %s): %i', (threads, allowed, quota, cpus) => {
    const text = manifest(threads, allowed, quota);
    expect(text).toContain(`cpu: "${cpus}"`);
    expect(text.replaceAll('\n# ', ' ')).toContain(`needs a node with more than ${cpus}`);
  });

  it('says that the measured machine is too small where it is', () => {
    expect(manifest(2, '0-1')).toContain('The measured machine had 2: as a node it is too small');
    expect(manifest(2, '0-7')).not.toContain('too small');
  });
});
