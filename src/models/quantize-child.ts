import koffi from 'koffi';
import { DEFAULTS, RELEASE, STRUCTS } from '../formats/llama-abi/header.js';
import { quantizeJobSchema } from './quantize/job.js';

/**
 * The process that calls llama_model_quantize: a crash in the library ends it, not the parent.
 * Progress and errors are libllama's own lines on stderr.
 */

/** Tensor rows held in memory at once; the library's default is 8 GiB. */
const MAX_BUFFER_BYTES = 512 * 1024 ** 2;

const params = koffi.struct(STRUCTS.llama_model_quantize_params);

/** The library's defaults tell whether its struct is the one of the header. */
function checkLayout(found: Record<string, unknown>): void {
  for (const [member, value] of Object.entries(DEFAULTS.llama_model_quantize_params))
    if (found[member] !== value)
      throw new Error(
        `this libllama has another llama_model_quantize_params (${member}) than llama.cpp ${RELEASE.tag}`,
      );
}

const job = quantizeJobSchema.parse(JSON.parse(process.argv[2] ?? 'null'));
const library = koffi.load(job.library);
library.func('void llama_backend_init()')();
const defaultParams = library.func('llama_model_quantize_default_params', params, []);
const quantize = library.func('llama_model_quantize', 'uint32_t', ['str', 'str', koffi.pointer(params)]);

const defaults = defaultParams() as Record<string, unknown>;
checkLayout(defaults);
const failed = quantize(job.source, job.target, {
  ...defaults,
  nthread: job.threads,
  ftype: job.fileType,
  allow_requantize: job.allowRequantize,
  pure: job.pure,
  max_buf_size: MAX_BUFFER_BYTES,
}) as number;
process.exit(failed === 0 ? 0 : 1);
