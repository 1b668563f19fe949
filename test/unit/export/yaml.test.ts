import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { Profile } from '../../../src/core/profile.js';
import { exportProfile } from '../../../src/export/index.js';
import { yamlDocument } from '../../../src/export/yaml.js';
import { sampleProfile } from '../../helpers/sample-profile.js';
import { hasTool, runTool } from '../../helpers/tools.js';

/** Text that tries to leave its place: what any parser takes for a line break, indicators, words, and whatever else there is. */
const PIECES = [
  '\u2028',
  '\u2029',
  '\u0085',
  '\r',
  '\r\n',
  '\n',
  '\n---\n',
  '\ufeff',
  '\u0000',
  '\u000b',
  '\ud800',
  '😀',
];
const WORDS = ['kind: Pod', 'a: |', '- ', '# ', '"', "'", ': ', ' ', '  ', 'yes', '~', '\\', '\t', '%', '{', '!!int 3'];
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES, ...WORDS), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 12 })
  .map((parts) => parts.join('').replace(/\p{Surrogate}/gu, '?'));
const node: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(text, tie('node'), { maxKeys: 3 }),
  ),
})).node;

/** Line breaks of YAML 1.1 (libyaml, go-yaml and so kubectl, PyYAML) that those of YAML 1.2 and of a terminal do not know. */
const OTHER_BREAKS = /[\r\u0085\u2028\u2029]/;

describe('YAML documents', () => {
  it('give back every text, by the rules of YAML 1.1 and 1.2, whatever is in it', () => {
    fc.assert(
      fc.property(fc.dictionary(text, node, { maxKeys: 4, noNullPrototype: true }), (value) => {
        const written = yamlDocument(value as Parameters<typeof yamlDocument>[0]);
        expect(written).not.toMatch(OTHER_BREAKS);
        for (const version of ['1.1', '1.2'] as const) expect(parse(written, { version })).toEqual(value);
      }),
    );
  });

  it('quotes the keys that YAML 1.1 reads as another type', () => {
    expect(yamlDocument({ on: 'x', yes: 1, null: 2 })).toBe('"on": "x"\n"yes": 1\n"null": 2');
  });
});

const ATTACK = 'x\u2028binaryData: {pwned: aGVsbG8=}\u2028immutable: true\u2028zz: |1 #';
const named = (name: string): Profile => ({ ...sampleProfile(), name });

/** The documents of the Kubernetes export as a parser must see them. */
const exported = (name: string) => exportProfile(named(name), 'kubernetes')[0]!.text;

describe('a name that tries to leave the Kubernetes ConfigMap', () => {
  it.each([ATTACK, ATTACK.replaceAll('\u2028', '\u2029'), ATTACK.replaceAll('\u2028', '\u0085')])(
    '%j stays a name',
    (name) => {
      const written = exported(name);
      expect(written).not.toMatch(OTHER_BREAKS);
      const config = parseAllDocuments(written)[0]!.toJS();
      expect(Object.keys(config)).toEqual(['apiVersion', 'kind', 'metadata', 'data']);
      expect(JSON.parse(config.data['profile.json']).name).toBe(name);
    },
  );

  it.skipIf(!hasTool('python3', ['-c', 'import yaml']))('as PyYAML reads it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'r1-yaml-'));
    writeFileSync(join(folder, 'a.yaml'), exported(ATTACK));
    const program = `import json, yaml; print(json.dumps([sorted(d) for d in yaml.safe_load_all(open('${join(folder, 'a.yaml')}', encoding='utf8'))]))`;
    expect(JSON.parse(runTool('python3', ['-c', program]).stdout)[0]).toEqual([
      'apiVersion',
      'data',
      'kind',
      'metadata',
    ]);
    rmSync(folder, { recursive: true });
  });

  it.skipIf(!hasTool('kubectl', ['version', '--client']))("as kubectl's own parser reads it", () => {
    const folder = mkdtempSync(join(tmpdir(), 'r1-yaml-'));
    writeFileSync(join(folder, 'a.yaml'), exported(ATTACK));
    writeFileSync(join(folder, 'kustomization.yaml'), 'resources: [a.yaml]\n');
    const { status, stdout } = runTool('kubectl', ['kustomize', folder]);
    expect(status).toBe(0);
    const config = parseAllDocuments(stdout)
      .map((document) => document.toJS())
      .find(({ kind }) => kind === 'ConfigMap');
    expect(Object.keys(config).sort()).toEqual(['apiVersion', 'data', 'kind', 'metadata']);
    expect(JSON.parse(config.data['profile.json']).name).toBe(ATTACK);
    rmSync(folder, { recursive: true });
  });
});
