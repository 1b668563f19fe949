/**
 * Decoders of GGUF tensor data to floats, in the order of operations of ggml's dequantize_row_* (ggml-quants.c), in
 * 32-bit steps, so that the values are the same to the bit.
 */
export type BlockDecoder = (bytes: Buffer, weights: Float32Array) => void;
