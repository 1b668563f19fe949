import * as z from 'zod';
import { shapeSchema } from '../../core/model.js';

/** Name of the manifest that lies beside a graph of ours. */
export const MANIFEST = 'r1-tune.json';
export const GRAPH = 'model.onnx';
export const GRAPH_DATA = 'model.onnx.data';
export const VOCABULARY = 'tokenizer.gguf';

/** Raised when the converter makes other graphs of the same file: cached ones are then made again. */
export const GRAPH_REVISION = 3;

/** History of the format. 1: first. */
export const manifestSchema = z
  .object({
    schemaVersion: z.literal(1),
    kind: z.literal('r1-tune/onnx-model'),
    name: z.string().describe('Name of the model in words.'),
    geometry: shapeSchema.describe('Shape of the decoder.'),
    quant: z.string().describe('Quantization level of the matrices.'),
    weights: z.enum(['trained', 'random']).describe('As in ModelFile.'),
    parameters: z.int().describe('Number of weights.'),
    bytesPerToken: z.int().describe('Weight bytes read for each decoded token.'),
    source: z.object({
      file: z.string().describe('Name of the GGUF file it was made from.'),
      quant: z.string().describe('Quantization level of that file.'),
      isLossless: z.boolean().describe('Every weight means exactly what it meant in the source.'),
    }),
  })
  .describe('What a folder with a decoder made by r1-tune says about it.');
export type Manifest = z.infer<typeof manifestSchema>;
