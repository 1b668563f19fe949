import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/core/candidate.js';
import { type ExportTarget, exportProfile } from '../../../src/export/index.js';
import { sampleProfile } from '../../helpers/sample-profile.js';

const textOf = (target: ExportTarget, priority?: NonNullable<Candidate['priority']>): string =>
  exportProfile(sampleProfile(priority === undefined ? {} : { priority }), target, { host: '127.0.0.1' })
    .map(({ text }) => text)
    .join('\n');

describe('a profile with real-time threads', () => {
  it.each<[ExportTarget, RegExp]>([
    ['systemd', /^LimitRTPRIO=99$/m],
    ['docker', /rtprio=99:99/],
    ['compose', /rtprio: 99/],
    ['llama-server', /--prio 2/],
  ])('%s gives them the right to it, and only them', (target, line) => {
    expect(textOf(target, 'high')).toMatch(line);
    expect(textOf(target)).not.toMatch(line);
    expect(textOf(target, 'low')).not.toMatch(line);
  });

  it('systemd then restricts no real time', () => {
    expect(textOf('systemd')).toContain('RestrictRealtime=yes');
    expect(textOf('systemd', 'medium')).not.toContain('RestrictRealtime');
  });

  it('a pod cannot have it: it is off, and that is said', () => {
    const text = textOf('kubernetes', 'high');
    expect(text).toContain('pods cannot raise that limit, so it is off here');
    expect(text).not.toMatch(/"priority": ?"high"/);
    expect(textOf('kubernetes', 'low')).toMatch(/"priority": ?"low"/);
  });
});
