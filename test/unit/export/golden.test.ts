import { describe, expect, it } from 'vitest';
import { EXPORT_TARGETS, exportProfile } from '../../../src/export/index.js';
import { SAMPLE_PROFILES } from '../../helpers/sample-profile.js';

/** Every line of every export. Made anew with: npx vitest run test/unit/export -u */
describe.each(Object.entries(SAMPLE_PROFILES))('profile %s', (name, make) => {
  it.each(EXPORT_TARGETS.filter((target) => !(target === 'llama-server' && name === 'numa')))('%s', async (target) => {
    const host = name === 'numa' ? '0.0.0.0' : '127.0.0.1';
    const files = exportProfile(make(), target, { host });
    const text = files
      .filter((file) => file.name !== 'profile.json')
      .map((file) => `==> ${file.name}${file.isExecutable ? ' (executable)' : ''}\n${file.text}`)
      .join('\n');
    await expect(text).toMatchFileSnapshot(`../../golden/export/${name}-${target}.txt`);
    expect(exportProfile(make(), target, { host })).toEqual(files);
  });
});
