import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { R1Error } from '../../core/errors.js';
import { GEOMETRIES, GEOMETRY_IDS, isGeometryId, type ModelFile } from '../../core/model.js';
import { CATALOG, catalogEntry } from '../catalog.js';
import { pulledFolder } from '../folders.js';
import { inspectGguf, isCompanion } from '../gguf/inspect.js';
import { inspectOnnxFile, inspectOnnxFolder } from '../onnx/inspect.js';
import type { Source } from './types.js';

const SYNTHETIC = 'synthetic:';
/** OWNER/NAME, as `models pull` takes it. */
const REPOSITORY = /^[\w.-]+\/[\w.-]+$/;
const DEFAULT_ID = 'deepseek-r1-distill-qwen-1.5b';

/**
 * Reads `--model`: a .gguf or .onnx file, a folder with such files or with safetensors, a catalog id that has been pulled, or
 * synthetic:GEOMETRY.
 * Without one: the catalog's 1.5B when it is on disk, else its synthetic twin. Throws MODEL_NOT_FOUND and what reading throws.
 */
export async function readSource(spec: string | undefined, home: string): Promise<Source> {
  if (spec === undefined) {
    const pulled = await folderSource(DEFAULT_ID, pulledFolder(home, DEFAULT_ID));
    return pulled ?? synthetic(DEFAULT_ID);
  }
  if (spec.startsWith(SYNTHETIC)) return synthetic(spec.slice(SYNTHETIC.length));
  if (existsSync(spec)) return sourceAt(spec);
  if (catalogEntry(spec)) return catalog(spec, home);
  if (REPOSITORY.test(spec)) return catalog(spec, home);
  throw new R1Error(
    'MODEL_NOT_FOUND',
    `There is no model "${spec}": not a file or folder, not synthetic:GEOMETRY, not OWNER/NAME of one that was pulled, and not one of ${CATALOG.map(({ id }) => id).join(', ')}.`,
  );
}

function synthetic(id: string): Source {
  if (!isGeometryId(id))
    throw new R1Error('MODEL_NOT_FOUND', `There is no geometry "${id}"; expected one of ${GEOMETRY_IDS.join(', ')}.`);
  return { id: SYNTHETIC + id, kind: 'synthetic', geometry: GEOMETRIES[id] };
}

async function catalog(id: string, home: string): Promise<Source> {
  const source = await folderSource(id, pulledFolder(home, id));
  if (source) return source;
  throw new R1Error('MODEL_NOT_FOUND', `${id} has not been pulled to ${pulledFolder(home, id)}.`, {
    fix: `Run \`r1-tune models pull ${id}\`${isGeometryId(id) ? `, or use --model synthetic:${id}` : ''}.`,
  });
}

async function sourceAt(path: string): Promise<Source> {
  if (!statSync(path).isDirectory()) {
    const file = path.endsWith('.onnx') ? await oneOnnx(path) : await inspectGguf(path);
    return { id: path, kind: 'files', files: [file] };
  }
  const source = await folderSource(path, path);
  if (source) return source;
  throw new R1Error('MODEL_NOT_FOUND', `The folder ${path} holds no .gguf file, no ONNX decoder and no safetensors.`);
}

/** What a folder offers: files that can be run, else original weights, else nothing. */
async function folderSource(id: string, folder: string): Promise<Source | undefined> {
  if (!existsSync(folder)) return undefined;
  const files = await filesIn(folder);
  if (files.length > 0) return { id, kind: 'files', files };
  const original = [folder, join(folder, 'safetensors')].find(isHuggingFaceFolder);
  return original === undefined ? undefined : { id, kind: 'safetensors', folder: original };
}

const isHuggingFaceFolder = (folder: string): boolean =>
  existsSync(join(folder, 'config.json')) && readdirSync(folder).some((name) => name.endsWith('.safetensors'));

async function oneOnnx(path: string): Promise<ModelFile> {
  const found = inspectOnnxFile(path);
  if (found) return found;
  throw new R1Error('MODEL_NOT_FOUND', `${path} is not an ONNX decoder that r1-tune knows.`);
}

/** How deep graphs lie: FOLDER/onnx/cpu_and_mobile/cpu-int4-…/model.onnx. */
const DEPTH = 4;
const LATER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/;

/** Models in a folder and, for ONNX, in folders of it. Vocabularies, later parts and companions of a model are none. */
async function filesIn(folder: string): Promise<ModelFile[]> {
  const names = readdirSync(folder).sort();
  const gguf = names.filter((name) => name.endsWith('.gguf') && name !== 'tokenizer.gguf' && !LATER_PART.test(name));
  const models = gguf.map((name) => join(folder, name)).filter((path) => gguf.length === 1 || !isCompanion(path));
  const onnx = foldersOf(folder, DEPTH).flatMap(inspectOnnxFolder);
  const once = onnx.filter(({ path }, i) => onnx.findIndex((other) => other.path === path) === i);
  return [...(await Promise.all(models.map(inspectGguf))), ...once];
}

/** The folder and those below it. */
function foldersOf(folder: string, depth: number): string[] {
  const below =
    depth === 0
      ? []
      : readdirSync(folder)
          .sort()
          .map((name) => join(folder, name));
  return [
    folder,
    ...below.filter((path) => statSync(path).isDirectory()).flatMap((path) => foldersOf(path, depth - 1)),
  ];
}
