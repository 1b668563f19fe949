import type { EngineDescription, LoadRequest, Session } from '../../core/engine.js';
import { R1Error } from '../../core/errors.js';
import { ELEMENT_TYPE } from '../../formats/onnx/element-type.js';
import { readOnnx } from '../../formats/onnx/read.js';
import { checkDataFiles } from '../../formats/onnx/read-weights.js';
import { createEncode } from '../../formats/tokenizer/encode.js';
import { findVocabulary } from '../../formats/tokenizer/find-vocabulary.js';
import type { Decoder } from '../decoding/decoder.js';
import { DecoderSession } from '../decoding/session.js';
import { createTokenBytes } from '../token-bytes.js';
import { chunkTokens } from './chunk-tokens.js';
import { type DecoderGraph, readDecoderGraph } from './decoder-graph.js';

/** A loaded graph and what its engine says of itself. */
export type OpenedGraph = Pick<EngineDescription, 'engine' | 'systemInfo' | 'threads' | 'properties'> & {
  decoder: Decoder;
};

/**
 * The session of an engine that evaluates ONNX decoders, which differ in how they open the graph only. Throws what reading the
 * files and opening the graph throw, and `USAGE` for a context that the graph cannot hold.
 */
export async function openGraphSession(
  request: LoadRequest,
  open: (graph: DecoderGraph) => Promise<OpenedGraph>,
): Promise<Session> {
  const { candidate, model, sequences, contextTokens } = request;
  const file = readOnnx(model.path);
  // Again right before an engine maps the weights: a file that was cut since it was read ends the process with SIGBUS.
  checkDataFiles(file.path, file.weights);
  const graph = readDecoderGraph(file);
  checkCacheType(graph, request);
  checkContext(graph, request);
  const vocabulary = findVocabulary(model.path);
  const { decoder, threads, ...opened } = await open(graph);
  const { bosToken, eosTokens } = vocabulary;
  const description: EngineDescription = {
    ...opened,
    variant: null,
    threads,
    threadsBatch: threads,
    vocabulary: graph.vocabulary,
    contextTokens,
    bosToken,
    eosTokens: [...eosTokens],
  };
  return new DecoderSession({
    decoder,
    tokenize: createEncode(vocabulary),
    tokenBytes: createTokenBytes(vocabulary),
    describe: () => description,
    sequences,
    chunkTokens: (past) => chunkTokens(past, candidate.batch, model.geometry.heads),
  });
}

/**
 * The element type of the cache is the graph's, and f32 is what a candidate has when nobody chose. Throws
 * `ENGINE_MISSING` when f16 was chosen and the graph has f32.
 */
function checkCacheType({ kvElementType, path }: DecoderGraph, { candidate }: LoadRequest): void {
  if (candidate.kvType === 'f16' && kvElementType !== ELEMENT_TYPE.float16)
    throw new R1Error('ENGINE_MISSING', `${path} keeps its cache in f32, not in f16.`, {
      fix: 'Leave the cache type at f32 for this model.',
    });
}

function checkContext(graph: DecoderGraph, { contextTokens, model }: LoadRequest): void {
  const most = Math.min(graph.maxPositions ?? model.contextLength, model.contextLength);
  if (contextTokens > most)
    throw new R1Error('USAGE', `${model.path} goes to ${most} positions; ${contextTokens} were asked for.`, {
      fix: `Ask for a context of at most ${most} tokens.`,
    });
}
