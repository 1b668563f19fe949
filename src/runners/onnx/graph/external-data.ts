import type { OnnxFile } from '../../../formats/onnx/read.js';
import { checkDataFiles } from '../../../formats/onnx/read-weights.js';

/** Asks again right before an engine maps the weights: a file that was cut since it was read ends the process with SIGBUS. */
export function checkExternalData({ path, weights }: OnnxFile): void {
  checkDataFiles(path, weights);
}
