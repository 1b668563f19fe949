import type { Engine, EngineDescription, LoadRequest } from '../../core/engine.js';
import { R1Error } from '../../core/errors.js';
import { createEncode } from '../../formats/tokenizer/encode.js';
import { findVocabulary } from '../../formats/tokenizer/find-vocabulary.js';
import type { Decoder } from '../decoding/decoder.js';
import { DecoderSession } from '../decoding/session.js';
import { createTokenBytes } from '../token-bytes.js';
import { chunkTokens } from './chunk-tokens.js';
import { type DecoderGraph, readDecoderGraph } from './graph/decoder-graph.js';
import { checkExternalData } from './graph/external-data.js';
import { readGraphFile } from './graph/graph-file.js';
import { GrowingDecoder } from './growing-decoder.js';
import { loadError } from './load-error.js';
import { NativeRuntime } from './native/native-runtime.js';
import { NativeUnavailable } from './native/ort-api.js';
import { NodeRuntime } from './node/node-runtime.js';
import { RowsDecoder } from './rows-decoder.js';
import { checkCacheType, checkCandidate, type SessionOptions, sessionOptions } from './session-options.js';

/**
 * How ONNX Runtime is reached. c-api: its C API through koffi, nothing copied, the event loop free. node: the
 * onnxruntime-node binding. auto: the C API where it can be used, else the binding; docs/backends.md says why.
 */
export type OnnxAccess = 'auto' | 'c-api' | 'node';

/** ONNX Runtime running decoder graphs: our converter's, or published exports with a key/value cache. */
export function createOnnxEngine(options: { access?: OnnxAccess } = {}): Engine {
  return {
    async load(request: LoadRequest) {
      const { candidate, model } = request;
      checkCandidate(candidate);
      const file = readGraphFile(model.path);
      checkExternalData(file);
      const graph = readDecoderGraph(file);
      checkCacheType(graph, candidate);
      const contextTokens = checkContext(graph, request);
      const vocabulary = findVocabulary(model.path);
      const settings = sessionOptions(model.path, candidate);
      const access = options.access ?? 'auto';
      const opened = await openDecoder(graph, settings, request, access).catch((cause) => {
        throw loadError(model.path, cause);
      });
      const { bosToken, eosTokens } = vocabulary;
      const description: EngineDescription = {
        engine: opened.engine,
        variant: null,
        systemInfo: opened.note,
        threads: candidate.threads,
        threadsBatch: candidate.threads,
        vocabulary: graph.vocabulary,
        contextTokens,
        bosToken,
        eosTokens: [...eosTokens],
      };
      return new DecoderSession({
        decoder: opened.decoder,
        tokenize: createEncode(vocabulary),
        tokenBytes: createTokenBytes(vocabulary),
        describe: () => description,
        sequences: request.sequences,
        chunkTokens: (past) => chunkTokens(past, candidate.batch, model.geometry.heads),
      });
    },
  };
}

function checkContext(graph: DecoderGraph, { contextTokens, model }: LoadRequest): number {
  const most = Math.min(graph.maxPositions ?? model.contextLength, model.contextLength);
  if (contextTokens > most)
    throw new R1Error('USAGE', `${model.path} goes to ${most} positions; ${contextTokens} were asked for.`, {
      fix: `Ask for a context of at most ${most} tokens.`,
    });
  return contextTokens;
}

type OpenedDecoder = { decoder: Decoder; engine: string; note: string | null };

async function openDecoder(
  graph: DecoderGraph,
  settings: SessionOptions,
  { contextTokens, sequences }: LoadRequest,
  access: OnnxAccess,
): Promise<OpenedDecoder> {
  if (graph.answer === 'present') {
    const runtime = await NodeRuntime.open(settings);
    const note = 'The graph returns its whole cache with every token, which costs time that grows with the context.';
    return { decoder: new GrowingDecoder(graph, runtime), engine: runtime.name, note };
  }
  const native = access === 'node' ? 'not asked for' : await openNative(settings, access);
  const runtime = typeof native === 'string' ? await NodeRuntime.open(settings) : native;
  const note = typeof native === 'string' ? `C API not used: ${native}.` : null;
  return { decoder: new RowsDecoder(graph, runtime, contextTokens, sequences), engine: runtime.name, note };
}

/** The C API, or why it cannot be used. */
async function openNative(settings: SessionOptions, access: OnnxAccess): Promise<NativeRuntime | string> {
  try {
    return await NativeRuntime.open(settings);
  } catch (error) {
    if (error instanceof NativeUnavailable && access === 'auto') return error.message;
    throw error;
  }
}
