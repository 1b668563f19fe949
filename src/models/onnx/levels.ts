/**
 * Quantization levels of our ONNX decoders. int8 and int4 are weights in blocks of 32 with 8-bit activations
 * (MatMulNBits); int4-b128 has blocks of 128: faster and coarser; int8-dynamic is one scale a column and 8-bit activations
 * (DynamicQuantizeMatMul): fastest prefill, and the coarsest activations.
 */
export const ONNX_LEVELS = ['fp32', 'int8', 'int4', 'int4-b128', 'int8-dynamic'] as const;
export type OnnxLevel = (typeof ONNX_LEVELS)[number];
export const isOnnxLevel = (name: string): name is OnnxLevel => (ONNX_LEVELS as readonly string[]).includes(name);
