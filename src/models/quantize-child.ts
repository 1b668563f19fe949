import koffi from 'koffi';
import { quantizeJobSchema } from './quantize/job.js';

/**
 * The process that calls llama_model_quantize: a crash in the library ends it, not the parent.
 * Progress and errors are libllama's own lines on stderr.
 */

/** Tensor rows held in memory at once; the library's default is 8 GiB. */
const MAX_BUFFER_BYTES = 512 * 1024 ** 2;

/** `llama_model_quantize_params` of llama.h, llama.cpp v0.5.0. */
const params = koffi.struct('llama_model_quantize_params', {
  nthread: 'int32_t',
  ftype: 'int',
  output_tensor_type: 'int',
  token_embedding_type: 'int',
  allow_requantize: 'bool',
  quantize_output_tensor: 'bool',
  only_copy: 'bool',
  pure: 'bool',
  keep_split: 'bool',
  dry_run: 'bool',
  imatrix: 'void *',
  kv_overrides: 'void *',
  tt_overrides: 'void *',
  prune_layers: 'void *',
  max_buf_size: 'size_t',
});

type Params = { nthread: number; ftype: number; quantize_output_tensor: boolean; only_copy: boolean; imatrix: unknown };

/** The library's defaults tell whether its struct is the one above. */
function checkLayout(defaults: Params): void {
  const LLAMA_FTYPE_MOSTLY_Q8_0 = 7;
  const isKnown =
    defaults.nthread === 0 &&
    defaults.ftype === LLAMA_FTYPE_MOSTLY_Q8_0 &&
    defaults.quantize_output_tensor &&
    !defaults.only_copy &&
    defaults.imatrix === null;
  if (!isKnown) throw new Error('this libllama has another llama_model_quantize_params than llama.cpp v0.5.0');
}

const job = quantizeJobSchema.parse(JSON.parse(process.argv[2] ?? 'null'));
const library = koffi.load(job.library);
library.func('void llama_backend_init()')();
const defaultParams = library.func('llama_model_quantize_default_params', params, []);
const quantize = library.func('llama_model_quantize', 'uint32_t', ['str', 'str', koffi.pointer(params)]);

const defaults = defaultParams() as Params;
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
