import * as z from 'zod';
import { shapeSchema } from './geometry-schema.js';

export * from './geometry.js';
export * from './geometry-schema.js';

const count = z.int().min(1);

export const modelFormatSchema = z
  .enum(['gguf', 'onnx'])
  .describe('File format; gguf is run by llama.cpp, onnx by ONNX Runtime and OpenVINO.');
export type ModelFormat = z.infer<typeof modelFormatSchema>;

export const modelFileSchema = z
  .object({
    path: z.string().min(1).describe('The .gguf file, or the .onnx graph (its weights and tokenizer lie beside it).'),
    format: modelFormatSchema,
    quant: z.string().describe('Quantization level, for example "q4_k_m" (GGUF) or "int4" (ONNX).'),
    sizeBytes: z.int().min(0).describe('Size on disk, bytes, external data included.'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits')
      .nullable()
      .describe('SHA-256 of the file in hexadecimal; null until it has been computed.'),
    architecture: z.string().describe('Block layout of the transformer, as llama.cpp names it.'),
    geometryId: z.string().nullable().describe('Name of the known geometry with this shape; null for others.'),
    geometry: shapeSchema.describe('The shape as read from the file.'),
    parameters: count.describe('Number of weights.'),
    bytesPerToken: count.describe(
      'Weight bytes read for each decoded token: no embedding unless tied, and of experts those that a token uses.',
    ),
    kvBytesPerToken: z.int().min(0).describe('KV cache that each token adds, bytes, elements as f16.'),
    weights: z
      .enum(['trained', 'random'])
      .describe('random: a synthetic twin, whose text is noise. trained: the file claims nothing else.'),
    name: z.string().describe('Name of the model in words.'),
    contextLength: count.describe('Longest context the model was made for, tokens.'),
  })
  .describe('One model file and what its header says.');
export type ModelFile = z.infer<typeof modelFileSchema>;
