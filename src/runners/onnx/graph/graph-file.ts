import { R1Error } from '../../../core/errors.js';
import { type Field, ProtobufError, ProtobufFile } from './protobuf.js';

/** ONNX `TensorProto.DataType`, as far as decoders use them. */
export const ELEMENT_TYPE = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

/** An input or output of the graph. A dimension is a number or the name of a free one. */
export type ValueInfo = { name: string; elementType: number; dims: (number | string)[] };
export type GraphNode = { op: string; domain: string; inputs: string[]; outputs: string[] };
/** Where weights lie in a file beside the graph. `length` is null when the graph does not say. */
export type ExternalData = { tensor: string; location: string; offset: number; length: number | null };

/** What an .onnx file says about its graph; no weights. */
export type GraphFile = {
  path: string;
  sizeBytes: number;
  nodes: GraphNode[];
  /** Inputs that a caller must give: initializers, which old files list too, are left out. */
  inputs: ValueInfo[];
  outputs: ValueInfo[];
  initializers: Map<string, number[]>;
  externalData: ExternalData[];
};

/** Field numbers of onnx.proto3. */
const MODEL = { graph: 7 };
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, op: 4, domain: 7 };
const TENSOR = { dims: 1, name: 8, externalData: 13 };

/** Reads the structure of a graph. Throws `MODEL_NOT_FOUND` and `MODEL_INVALID`. */
export function readGraphFile(path: string): GraphFile {
  const file = open(path);
  try {
    const graph = [...file.fields()].find((field) => field.number === MODEL.graph && field.wire === 2);
    if (!graph) throw new ProtobufError('it holds no graph');
    return readGraph(path, file, graph);
  } catch (cause) {
    if (!(cause instanceof ProtobufError)) throw cause;
    throw new R1Error('MODEL_INVALID', `${path} is no whole ONNX graph: ${cause.message}.`, { cause });
  } finally {
    file.close();
  }
}

function open(path: string): ProtobufFile {
  try {
    return new ProtobufFile(path);
  } catch (cause) {
    throw new R1Error('MODEL_NOT_FOUND', `${path} cannot be opened: ${(cause as Error).message}`, { cause });
  }
}

function readGraph(path: string, file: ProtobufFile, graph: Field): GraphFile {
  const found: GraphFile = {
    path,
    sizeBytes: file.size,
    nodes: [],
    inputs: [],
    outputs: [],
    initializers: new Map(),
    externalData: [],
  };
  for (const field of file.fields(graph.start, graph.end)) {
    if (field.number === GRAPH.node) found.nodes.push(readNode(file, field));
    else if (field.number === GRAPH.input) found.inputs.push(readValueInfo(file, field));
    else if (field.number === GRAPH.output) found.outputs.push(readValueInfo(file, field));
    else if (field.number === GRAPH.initializer) readInitializer(file, field, found);
  }
  return { ...found, inputs: found.inputs.filter(({ name }) => !found.initializers.has(name)) };
}

function readNode(file: ProtobufFile, node: Field): GraphNode {
  const read: GraphNode = { op: '', domain: '', inputs: [], outputs: [] };
  for (const field of file.fields(node.start, node.end)) {
    if (field.number === NODE.input) read.inputs.push(file.text(field));
    else if (field.number === NODE.output) read.outputs.push(file.text(field));
    else if (field.number === NODE.op) read.op = file.text(field);
    else if (field.number === NODE.domain) read.domain = file.text(field);
  }
  return read;
}

function readInitializer(file: ProtobufFile, tensor: Field, found: GraphFile): void {
  const dims: number[] = [];
  const external = new Map<string, string>();
  let name = '';
  for (const field of file.fields(tensor.start, tensor.end)) {
    if (field.number === TENSOR.dims) for (const dim of file.varints(field)) dims.push(dim);
    else if (field.number === TENSOR.name) name = file.text(field);
    else if (field.number === TENSOR.externalData) external.set(...readPair(file, field));
  }
  found.initializers.set(name, dims);
  const location = external.get('location');
  if (location === undefined) return;
  const length = external.get('length');
  found.externalData.push({
    tensor: name,
    location,
    offset: Number(external.get('offset') ?? 0),
    length: length === undefined ? null : Number(length),
  });
}

function readPair(file: ProtobufFile, pair: Field): [string, string] {
  const parts = new Map([...file.fields(pair.start, pair.end)].map((field) => [field.number, file.text(field)]));
  return [parts.get(1) ?? '', parts.get(2) ?? ''];
}

/** ValueInfoProto { name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1, dim_param 2 } } } } } */
function readValueInfo(file: ProtobufFile, info: Field): ValueInfo {
  const inside = (outer: Field | undefined, number: number): Field | undefined =>
    outer && [...file.fields(outer.start, outer.end)].find((field) => field.number === number);
  const name = inside(info, 1);
  const tensor = inside(inside(info, 2), 1);
  const shape = inside(tensor, 2);
  const dims = shape ? [...file.fields(shape.start, shape.end)] : [];
  return {
    name: name ? file.text(name) : '',
    elementType: inside(tensor, 1)?.value ?? 0,
    dims: dims.map((dim) => {
      const [value] = file.fields(dim.start, dim.end);
      return value === undefined ? '' : value.number === 1 ? value.value : file.text(value);
    }),
  };
}
