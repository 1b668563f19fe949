// Assembles src/**/*.wat to the .wasm beside it. The result is checked in: users and CI need no assembler.
// `node scripts/build-wasm.mjs --check` fails when a .wasm is not what its source gives.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openWabt from 'wabt';

const source = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src');
const wabt = await openWabt();

function sources(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return name.endsWith('.wat') ? [path] : [];
  });
}

for (const path of sources(source)) {
  const module = wabt.parseWat(path, readFileSync(path, 'utf8'), { simd: true });
  module.resolveNames();
  module.validate();
  const { buffer } = module.toBinary({});
  const target = path.replace(/\.wat$/, '.wasm');
  if (!process.argv.includes('--check')) writeFileSync(target, buffer);
  else if (!readFileSync(target).equals(Buffer.from(buffer)))
    throw new Error(`${target} is not what ${path} gives: run node scripts/build-wasm.mjs`);
  console.log(`${target} ${buffer.length} bytes`);
}
