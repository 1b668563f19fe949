/** What engines read of a graph: the one reader, by the names used here. */
export { ELEMENT_TYPE } from '../../../formats/onnx/element-type.js';
export {
  type OnnxFile as GraphFile,
  type OnnxValue as ValueInfo,
  readOnnx as readGraphFile,
} from '../../../formats/onnx/read.js';
