import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { EXPORTED_NAMES, temporaryFolder, writeExport } from '../../helpers/exported.js';
import { hasTool, runTool } from '../../helpers/tools.js';

/** The unit against systemd itself. */

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasTool('systemd-analyze'))('systemd', () => {
  it.each(EXPORTED_NAMES)('systemd-analyze verify accepts %s without a word', (name) => {
    const { status, output } = runTool('systemd-analyze', [
      'verify',
      '--man=no',
      writeExport(folder, name, 'systemd', { ending: '.service' }),
    ]);
    expect(output).toBe('');
    expect(status).toBe(0);
  });

  it.each(EXPORTED_NAMES)('systemd-analyze security rates %s as well walled in', (name) => {
    const unit = writeExport(folder, name, 'systemd', { ending: '.service', host: '0.0.0.0' });
    const { output } = runTool('systemd-analyze', ['security', '--offline=yes', '--threshold=30', unit], {
      SYSTEMD_PAGER: '',
    });
    const rating = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(output)?.[1]);
    expect(rating).toBeGreaterThan(0);
    expect(rating).toBeLessThanOrEqual(3);
  });
});
