import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GEOMETRIES, type ModelFile } from '../../src/core/model.js';

export const tempFolder = (name: string): string => mkdtempSync(join(tmpdir(), `r1-tune-${name}-`));

/** Writes a script for the fake engine and describes it as a model file. Only for testing our own plumbing. */
export function fakeModel(script: Record<string, unknown>, quant = 'q4_0'): ModelFile {
  const path = join(tempFolder('fake'), 'script.json');
  writeFileSync(path, JSON.stringify({ kind: 'r1-tune/fake-engine', ...script }));
  const { id, ...shape } = GEOMETRIES.tiny;
  return {
    path,
    format: 'gguf',
    quant,
    sizeBytes: 1000,
    sha256: null,
    architecture: shape.architecture,
    geometryId: id,
    geometry: shape,
    parameters: 1000,
    bytesPerToken: 500,
    kvBytesPerToken: 16,
    weights: 'random',
    name: 'fake',
    contextLength: 4096,
  };
}
