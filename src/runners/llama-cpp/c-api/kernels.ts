import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Candidate } from '../../../core/candidate.js';
import { R1Error } from '../../../core/errors.js';
import { FAMILIES, type Family, loadedVariant } from '../kernel-variants.js';
import type { LlamaApi, Pointer } from './llama-api.js';

/**
 * Makes ggml load one CPU kernel library: the best that the CPU runs, or the best of a family. It stays for the life of
 * the process. Throws ENGINE_MISSING.
 * @returns ggml's registration of it, by which its functions are found
 */
export function loadKernels(api: LlamaApi, isa: Candidate['isa']): Pointer {
  const registered = (): Pointer | null => api.ggml.ggml_backend_reg_by_name('CPU') as Pointer | null;
  if (registered() === null) {
    if (isa === 'auto') api.ggml.ggml_backend_load_all_from_path(api.folder);
    else api.ggml.ggml_backend_load(familyLibrary(api, isa));
  } else if (isa !== 'auto' && !FAMILIES[isa].includes(loadedVariant() ?? ''))
    throw new R1Error('INTERNAL', `This process has loaded other kernels than ${isa} before.`);
  const found = registered();
  if (found === null) throw new R1Error('ENGINE_MISSING', 'llama.cpp has no kernels for this CPU.');
  return found;
}

/** The best library of the family that this CPU supports, as the library itself says. */
function familyLibrary(api: LlamaApi, isa: Family): string {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new R1Error(
      'ENGINE_MISSING',
      `Kernel variants of llama.cpp can be chosen on Linux x86-64 only, not for "${isa}" here.`,
    );
  const paths = FAMILIES[isa]
    .map((name) => join(api.folder, `libggml-cpu-${name}.so`))
    .filter((path) => existsSync(path));
  if (paths.length === 0) throw new R1Error('ENGINE_MISSING', `This build of llama.cpp has no ${isa} kernels.`);
  for (const path of paths) {
    const library = api.koffi.load(path);
    if ((library.func('ggml_backend_score', 'int', [])() as number) > 0) return path;
  }
  throw new R1Error('ENGINE_MISSING', `This CPU runs none of the ${isa} kernels of llama.cpp.`);
}
