import { readFileSync, rmSync } from 'node:fs';
import { Ajv } from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exportProfile } from '../../../src/export/index.js';
import { EXPORTED_NAMES, exportedProfile, temporaryFolder, writeExport } from '../../helpers/exported.js';
import { hasTool, packageFile, runTool } from '../../helpers/tools.js';

/** compose.yaml against the schema of its specification, and the compose plugin where it is. */

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('compose', () => {
  it.each(EXPORTED_NAMES)('%s fits the schema of the compose specification', (name) => {
    const text = exportProfile(exportedProfile(name), 'compose')[0]!.text;
    const { $schema: _, ...schema } = JSON.parse(
      readFileSync(packageFile('dclint', 'schemas/compose.schema.json'), 'utf8'),
    ) as Record<string, unknown>;
    const ajv = new Ajv({
      strict: false,
      formats: { duration: true, ports: true, expose: true, subnet_ip_address: true },
    });
    const validate = ajv.compile(schema);
    validate(parse(text));
    expect(validate.errors).toBeNull();
    validate(parse(text.replace('read_only: true', 'read_only: "perhaps" \n    nonsense: 1')));
    expect(validate.errors).not.toBeNull();
  });

  it.skipIf(!hasTool('docker', ['compose', 'version'])).each(EXPORTED_NAMES)(
    'docker compose config accepts %s',
    (name) => {
      const { status, output } = runTool('docker', [
        'compose',
        '-f',
        writeExport(folder, name, 'compose', { ending: 'compose.yaml' }),
        'config',
        '--quiet',
      ]);
      expect(output).toBe('');
      expect(status).toBe(0);
    },
  );
});
