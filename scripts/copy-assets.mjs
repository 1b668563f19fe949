// Copies the files that tsc does not (WASM, static pages) from src/ to the same place in dist/.
import { cpSync, readdirSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const kinds = new Set(['.wasm', '.wat', '.html', '.css', '.js', '.json', '.txt', '.svg']);

function copy(folder) {
  for (const name of readdirSync(join(root, 'src', folder))) {
    const path = join(folder, name);
    if (statSync(join(root, 'src', path)).isDirectory()) copy(path);
    else if (kinds.has(extname(name))) cpSync(join(root, 'src', path), join(root, 'dist', path));
  }
}
copy('');
