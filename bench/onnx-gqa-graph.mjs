/**
 * The rival of the benchmark: takes a decoder made by `r1-tune models onnx` and puts ONNX Runtime's own
 * GroupQueryAttention in the place of its attention, with the same weights file. Driven through the C API, this operator
 * writes new keys and values into the cache that it reads: the best that is known to be possible without our graph.
 */

function* fields(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const varint = () => {
      let value = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const byte = bytes[at++];
        value |= BigInt(byte & 127) << shift;
        if (byte < 128) return Number(value);
      }
    };
    const tag = varint();
    const [number, wire] = [tag >> 3, tag & 7];
    let length = 0;
    if (wire === 0) varint();
    else length = wire === 2 ? varint() : wire === 5 ? 4 : 8;
    yield { number, whole: bytes.subarray(start, at + length), content: bytes.subarray(at, at + length) };
    at += length;
  }
}

const varint = (value) => {
  const out = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...out, Number(rest)]);
    out.push(Number(rest & 127n) | 128);
  }
};
const int = (number, value) => Buffer.concat([varint(number * 8), varint(value)]);
const bytes = (number, content) => {
  const data = Buffer.from(content);
  return Buffer.concat([varint(number * 8 + 2), varint(data.length), data]);
};
const message = (number, ...parts) => bytes(number, Buffer.concat(parts));
const float = (number, value) => {
  const data = Buffer.alloc(4);
  data.writeFloatLE(value);
  return Buffer.concat([varint(number * 8 + 5), data]);
};

const textsOf = (node, number) => [...fields(node)].filter((f) => f.number === number).map((f) => f.content.toString());
const attributeInt = (name, value) => message(5, bytes(1, name), int(3, value), int(20, 2));
const attributeFloat = (name, value) => message(5, bytes(1, name), float(2, value), int(20, 1));
const valueInfo = (number, name, type, dims) => {
  const shape = dims.map((dim) => message(1, typeof dim === 'number' ? int(1, dim) : bytes(2, dim)));
  return message(number, bytes(1, name), message(2, message(1, int(1, type), message(2, ...shape))));
};
const floats = (name, dims, values) =>
  message(5, ...dims.map((dim) => int(1, dim)), int(2, 1), bytes(8, name), bytes(9, new Uint8Array(values.buffer)));

const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;

function rotaryTables({ headDim, ropeBase }, positions) {
  const half = headDim / 2;
  const [cos, sin] = [new Float32Array(positions * half), new Float32Array(positions * half)];
  for (let p = 0; p < positions; p++) {
    for (let i = 0; i < half; i++) {
      const angle = p / ropeBase ** ((2 * i) / headDim);
      cos[p * half + i] = Math.cos(angle);
      sin[p * half + i] = Math.sin(angle);
    }
  }
  return [floats('cos', [positions, half], cos), floats('sin', [positions, half], sin)];
}

function groupQueryAttention(layer, { heads, kvHeads, headDim, architecture }) {
  const past = ['key', 'value'].map((kind) => `past_key_values.${layer}.${kind}`);
  const inputs = [`layers.${layer}.qkv`, '', '', ...past, 'seqlens_k', 'total_sequence_length', 'cos', 'sin'];
  const outputs = [`layers.${layer}.attention`, `present.${layer}.key`, `present.${layer}.value`];
  return message(
    1,
    ...inputs.map((name) => bytes(1, name)),
    ...outputs.map((name) => bytes(2, name)),
    bytes(4, 'GroupQueryAttention'),
    attributeInt('num_heads', heads),
    attributeInt('kv_num_heads', kvHeads),
    attributeFloat('scale', 1 / Math.sqrt(headDim)),
    attributeInt('do_rotary', 1),
    attributeInt('rotary_interleaved', architecture === 'llama' ? 1 : 0),
    bytes(7, 'com.microsoft'),
  );
}

/** Nodes of our attention: what lies between the q·k·v product and the attention's result, and what they all share. */
const isOwnAttention = (node) =>
  textsOf(node, 2).every((name) =>
    /^(step\.|new\.)|^layers\.\d+\.([qkvp]|qkv\.rows|scores|mixed|attention)(\.|$)/.test(name),
  );

const initializer = (name, dims, values) =>
  message(5, ...dims.map((dim) => int(1, dim)), int(2, INT64), bytes(8, name), bytes(9, new Uint8Array(values.buffer)));
const node = (op, inputs, output, ...attributes) =>
  message(1, ...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, op), ...attributes);

/** Lengths given by the caller, or taken from an attention mask as published exports do. */
const LENGTH_INPUTS = {
  direct: () => [valueInfo(11, 'seqlens_k', INT32, ['batch_size']), valueInfo(11, 'total_sequence_length', INT32, [])],
  mask: () => [
    valueInfo(11, 'attention_mask', INT64, ['batch_size', 'total_sequence_length']),
    initializer('mask.one', [1], BigInt64Array.of(1n)),
    initializer('mask.scalar', [], BigInt64Array.of(1n)),
    node('ReduceSum', ['attention_mask', 'mask.one'], 'mask.sum', attributeInt('keepdims', 0)),
    node('Sub', ['mask.sum', 'mask.one'], 'mask.last'),
    node('Cast', ['mask.last'], 'seqlens_k', attributeInt('to', INT32)),
    node('Shape', ['attention_mask'], 'mask.shape'),
    node('Gather', ['mask.shape', 'mask.scalar'], 'mask.total'),
    node('Cast', ['mask.total'], 'total_sequence_length', attributeInt('to', INT32)),
  ],
};

/**
 * Graph bytes of our decoder → graph bytes with GroupQueryAttention.
 * @param positions rows of the rotary tables
 * @param lengths where the graph has the sequence lengths from: its own inputs, or an attention mask
 */
export function withGroupQueryAttention(model, shape, positions, lengths = 'direct') {
  const parts = [...fields(model)];
  const graph = parts.find(({ number }) => number === 7).content;
  const layers = Array.from({ length: shape.layers }, (_, layer) => layer);
  const kept = [...fields(graph)].filter(({ number, content }) => {
    if (number === 1) return !isOwnAttention(content);
    if (number === 5) return !/^(const|attention|rotary)\./.test(textsOf(content, 8)[0]);
    if (number === 11) return ['input_ids', 'logits_positions'].includes(textsOf(content, 1)[0]);
    return number !== 12 || textsOf(content, 1)[0] === 'logits';
  });
  const rows = lengths === 'mask' ? ['past_sequence_length', 'total_sequence_length'] : ['capacity', 'capacity'];
  const cache = (length) => ['batch_size', shape.kvHeads, length, shape.headDim];
  const added = layers.flatMap((layer) => [
    groupQueryAttention(layer, shape),
    ...['key', 'value'].flatMap((kind) => [
      valueInfo(11, `past_key_values.${layer}.${kind}`, FLOAT, cache(rows[0])),
      valueInfo(12, `present.${layer}.${kind}`, FLOAT, cache(rows[1])),
    ]),
  ]);
  const given = LENGTH_INPUTS[lengths]();
  const body = [...kept.map(({ whole }) => whole), ...added, ...given, ...rotaryTables(shape, positions)];
  return Buffer.concat(parts.map(({ number, whole }) => (number === 7 ? message(7, ...body) : whole)));
}
