import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { GEOMETRY_IDS } from '../../core/model.js';
import { formatBytes } from '../../core/units.js';
import { CATALOG } from '../../models/catalog.js';
import { homeFolder, modelsFolder } from '../../runs/home.js';
import { type CommonFlags, printed } from './shared.js';

type Listing = {
  home: string;
  catalog: { id: string; licence: string; isPulled: boolean }[];
  geometries: string[];
  files: { path: string; sizeBytes: number }[];
};

export const listCommand = {
  command: 'list',
  describe: 'Models to pull, geometries to synthesize, and files on this disk',
  handler: (flags: CommonFlags) =>
    printed(
      flags,
      (context): Listing => {
        const folder = modelsFolder(context.host);
        const catalog = CATALOG.map(({ id, licence }) => ({ id, licence, isPulled: existsSync(join(folder, id)) }));
        return { home: homeFolder(context.host), catalog, geometries: GEOMETRY_IDS, files: modelFilesIn(folder) };
      },
      listingText,
    ),
};

/** Files that hold weights, largest first. */
function modelFilesIn(folder: string): Listing['files'] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names
    .filter((name) => /\.(gguf|onnx|onnx[._]data|safetensors)$/.test(name) && !name.endsWith('tokenizer.gguf'))
    .map((name) => ({ path: join(folder, name), sizeBytes: statSync(join(folder, name)).size }))
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
}

function listingText({ home, catalog, geometries, files }: Listing): string {
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return [
    'Models to pull (r1-tune models pull ID):',
    ...catalog.map(
      ({ id, licence, isPulled }) => `  ${id.padEnd(32)} ${isPulled ? 'on disk   ' : 'not pulled'}  ${licence}`,
    ),
    '',
    'Geometries with random weights (--model synthetic:GEOMETRY):',
    ...geometries.map((id) => `  ${id}`),
    '',
    files.length === 0 ? `No model files under ${home}.` : `Files under ${home}, ${formatBytes(total)}:`,
    ...files.map(({ path, sizeBytes }) => `  ${formatBytes(sizeBytes).padStart(10)}  ${path}`),
  ].join('\n');
}
