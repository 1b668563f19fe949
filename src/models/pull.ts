import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { R1Error } from '../core/errors.js';
import type { ModelFile } from '../core/model.js';
import type { Clock } from '../core/ports.js';
import { formatBytes } from '../core/units.js';
import { makeFolder } from '../formats/files/make-folder.js';
import { outputError } from '../formats/files/output-error.js';
import { CATALOG, catalogEntry } from './catalog.js';
import { fileSha256, rememberSha256 } from './file-hash.js';
import { pulledFolder } from './folders.js';
import { inspectGguf } from './gguf/inspect.js';
import { inspectOnnxFile } from './onnx/inspect.js';
import { chooseFiles, type PullFormat } from './pull/choose-files.js';
import { download, unfinishedPath } from './pull/download.js';
import type { Hub, HubFile, HubOptions } from './pull/hub.js';
import { huggingFace } from './pull/huggingface.js';
import { modelScope } from './pull/modelscope.js';

export type PullRequest = Omit<HubOptions, 'stallMs'> & {
  /** A catalog id, or the name of a repository: owner/name. */
  id: string;
  source: 'huggingface' | 'modelscope';
  format: PullFormat;
  quant: string;
  home: string;
  /** Parts fetched at the same time (4). */
  parallel?: number | undefined;
  partBytes?: number | undefined;
  attempts?: number | undefined;
  stallMs?: number | undefined;
  clock: Clock;
  onProgress?: ((doneBytes: number, totalBytes: number, file: string) => void) | undefined;
};

/** What came: the folder, its files, and the models in it (none for safetensors, which are not run as they are). */
export type Pulled = { folder: string; files: string[]; models: ModelFile[] };

const DEFAULTS = { parallel: 4, partBytes: 32 << 20, attempts: 6, stallMs: 30_000 };

/**
 * Downloads a model to R1TUNE_HOME. What is there and right is not fetched again; what is half there is finished.
 * Throws DOWNLOAD_FAILED, QUANT_MISSING, MODEL_NOT_FOUND, DISK_FULL or OUTPUT_UNWRITABLE.
 */
export async function pullModel(request: PullRequest): Promise<Pulled> {
  const repository = repositoryOf(request);
  const hub = hubOf(request);
  const chosen = chooseFiles(await hub.list(repository), request.format, request.quant);
  const folder = folderOf(request);
  try {
    makeFolder(folder);
    const wanted = await missingFiles(chosen, folder, request);
    await checkFreeSpace(folder, wanted, request);
    await fetchAll(hub, repository, wanted, folder, request);
  } catch (cause) {
    throw outputError(folder, cause);
  }
  return {
    folder,
    files: chosen.map(({ path }) => localPath(folder, path, request.format)),
    models: await modelsOf(chosen, folder, request),
  };
}

function repositoryOf({ id, format }: PullRequest): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(id)) return id;
  const entry = catalogEntry(id);
  if (!entry)
    throw new R1Error(
      'MODEL_NOT_FOUND',
      `There is no "${id}" in the catalog; expected ${CATALOG.map((e) => e.id).join(', ')}, or owner/name.`,
    );
  const repository = { gguf: entry.gguf, onnx: entry.onnx, safetensors: entry.original }[format];
  if (repository) return repository;
  throw new R1Error('QUANT_MISSING', `No ONNX export of ${id} that runs on a CPU is known.`, {
    fix: `Pull its GGUF in f16 and run \`r1-tune models onnx\`; sweeps do that by themselves.`,
  });
}

function hubOf(request: PullRequest): Hub {
  const options = { ...request, stallMs: request.stallMs ?? DEFAULTS.stallMs };
  return request.source === 'modelscope' ? modelScope(options) : huggingFace(options);
}

/** GGUF files lie together; other formats have a folder each, since their files have the same names. */
function folderOf({ home, id, format }: PullRequest): string {
  const folder = pulledFolder(home, id);
  return format === 'gguf' ? folder : join(folder, format);
}

function localPath(folder: string, path: string, format: PullFormat): string {
  const isSafe = path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') && !path.includes('\\');
  if (!isSafe)
    throw new R1Error('DOWNLOAD_FAILED', `The site lists a file named "${path}", which is not a name to write to.`);
  return join(folder, format === 'gguf' ? basename(path) : path);
}

async function missingFiles(files: readonly HubFile[], folder: string, request: PullRequest): Promise<HubFile[]> {
  const missing: HubFile[] = [];
  for (const file of files)
    if (!(await isThere(localPath(folder, file.path, request.format), file, request))) missing.push(file);
  return missing;
}

async function isThere(path: string, { sha256 }: HubFile, { home, signal }: PullRequest): Promise<boolean> {
  return existsSync(path) && sha256 !== null && (await fileSha256(path, home, { signal })) === sha256;
}

async function checkFreeSpace(folder: string, files: readonly HubFile[], { format }: PullRequest): Promise<void> {
  let needed = 0;
  for (const { path, sizeBytes } of files)
    needed += sizeBytes - (await bytesOnDisk(unfinishedPath(localPath(folder, path, format))));
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < needed)
    throw new R1Error(
      'DISK_FULL',
      `${formatBytes(needed)} are to be fetched to ${folder}, where ${formatBytes(bavail * bsize)} are free.`,
    );
}

/** What an unfinished file takes already; it has holes. */
async function bytesOnDisk(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return (found?.blocks ?? 0) * 512;
}

async function fetchAll(
  hub: Hub,
  repository: string,
  files: readonly HubFile[],
  folder: string,
  request: PullRequest,
): Promise<void> {
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const set = { ...DEFAULTS, ...definedOnly(request) };
  for (const file of files) {
    const target = localPath(folder, file.path, request.format);
    const onBytes = (bytes: number): void => {
      doneBytes += bytes;
      request.onProgress?.(doneBytes, totalBytes, file.path);
    };
    await download(hub.fileUrl(repository, file.path), file, target, {
      ...request,
      ...set,
      headers: hub.headers,
      onBytes,
    });
    if (file.sha256 !== null) await rememberSha256(target, request.home, file.sha256);
  }
}

function definedOnly({ parallel, partBytes, attempts, stallMs }: PullRequest): Partial<typeof DEFAULTS> {
  const given = Object.entries({ parallel, partBytes, attempts, stallMs }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<typeof DEFAULTS>;
}

/** Reading the model is the last check: a right hash of a wrong file is found out here. */
async function modelsOf(files: readonly HubFile[], folder: string, { format }: PullRequest): Promise<ModelFile[]> {
  const paths = files.map(({ path }) => localPath(folder, path, format));
  // Of a model in parts the first, which comes last, stands for all.
  if (format === 'gguf') return [await inspectGguf(paths.at(-1)!)];
  return format === 'onnx'
    ? paths.filter((path) => path.endsWith('.onnx')).flatMap((path) => inspectOnnxFile(path) ?? [])
    : [];
}
