import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type ExportTarget, exportProfile } from '../../../src/export/index.js';
import { EXPORTED_NAMES, exportedProfile, LLAMA_NAMES, temporaryFolder, writeExport } from '../../helpers/exported.js';
import { hasTool, runTool } from '../../helpers/tools.js';

/** The scripts against shellcheck, a real shell and the docker client. */

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasTool('shellcheck'))('shellcheck', () => {
  const scripts: [ExportTarget, string][] = [
    ['shell', '.sh'],
    ['docker', 'run.sh'],
    ['llama-server', '.sh'],
  ];
  const cases = scripts.flatMap(([target, ending]) =>
    (target === 'llama-server' ? LLAMA_NAMES : EXPORTED_NAMES).map((name) => ({
      target,
      ending,
      name,
    })),
  );
  it.each(cases)('$target of $name', ({ target, ending, name }) => {
    const { status, output } = runTool('shellcheck', [
      '--severity=style',
      writeExport(folder, name, target, { ending, host: '0.0.0.0' }),
    ]);
    expect(output).toBe('');
    expect(status).toBe(0);
  });
});

/** Programs that write down their arguments stand in for docker, taskset and the server. */
describe('scripts pass words through unharmed', () => {
  const fake = (names: string[]): string => {
    const place = mkdtempSync(join(folder, 'bin-'));
    for (const name of names) {
      writeFileSync(join(place, name), '#!/bin/sh\nprintf "%s\\n" "$(basename "$0")" "$@"\n');
      chmodSync(join(place, name), 0o755);
    }
    return place;
  };

  it.each(EXPORTED_NAMES)('docker run of %s mounts exactly the folder of the model', (name) => {
    const bin = fake(['docker']);
    const { output } = runTool('sh', [writeExport(folder, name, 'docker', { ending: 'run.sh' })], {
      PATH: `${bin}:${process.env.PATH}`,
    });
    const folderOfModel = exportedProfile(name).model.path.replace(/\/[^/]*$/, '');
    expect(output.split('\n')).toContain(`type=bind,source=${folderOfModel},target=/models,readonly`);
    expect(output.split('\n')).toContain('serve');
  });

  it('llama-server gets the hostile path as one word, and -fa as its version wants it', () => {
    const bin = fake(['taskset', 'llama-server']);
    const script = writeExport(folder, 'hostile', 'llama-server', { ending: '.sh' });
    const environment = { PATH: `${bin}:${process.env.PATH}` };
    const old = runTool('sh', [script], environment).stdout.split('\n');
    expect(old).toContain(exportedProfile('hostile').model.path);
    expect(old.at(-2)).toBe('-fa');
    writeFileSync(
      join(bin, 'llama-server'),
      '#!/bin/sh\n[ "$1" = --help ] && echo "-fa, --flash-attn [on|off|auto]"\nprintf "%s\\n" "$@"\n',
    );
    expect(runTool('sh', [script], environment).stdout.split('\n').slice(-3, -1)).toEqual(['-fa', 'on']);
  });
});

describe('llama-server', () => {
  it('is said to place its threads itself, where the profile places them', () => {
    const [name] = LLAMA_NAMES;
    const { candidate, ...rest } = exportedProfile(name!);
    const text = (threadPlacement?: 'apart'): string => {
      const profile = { ...rest, candidate: { ...candidate, ...(threadPlacement ? { threadPlacement } : {}) } };
      return exportProfile(profile, 'llama-server', { host: '127.0.0.1' })[0]!.text;
    };
    expect(text('apart')).toContain('--cpu-strict');
    expect(text()).not.toContain('--cpu-strict');
  });
});

describe.skipIf(!hasTool('docker'))('docker', () => {
  it.each(EXPORTED_NAMES)('docker run knows every flag of %s', (name) => {
    const script = writeExport(folder, name, 'docker', { ending: 'run.sh' });
    // Without a daemon the flags are read and then the connection fails: an unknown flag would fail earlier, in other words.
    const place = mkdtempSync(join(folder, 'docker-'));
    const real = runTool('sh', ['-c', 'command -v docker']).output.trim();
    writeFileSync(join(place, 'docker'), `#!/bin/sh\n[ "$1" = build ] && exit 0\nexec ${real} "$@"\n`);
    chmodSync(join(place, 'docker'), 0o755);
    const { output } = runTool('sh', [script], {
      PATH: `${place}:${process.env.PATH}`,
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    });
    expect(output).toMatch(/Cannot connect to the Docker daemon|failed to connect to the docker API/i);
    expect(output).not.toMatch(/unknown|invalid/i);
  });
});
