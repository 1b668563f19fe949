import type { Engine, LoadRequest } from '../../core/engine.js';
import type { DecoderGraph } from '../graph/decoder-graph.js';
import { GrowingDecoder } from '../graph/growing-decoder.js';
import { type OpenedGraph, openGraphSession } from '../graph/open-session.js';
import { RowsDecoder } from '../graph/rows-decoder.js';
import { loadError } from './load-error.js';
import { NativeRuntime } from './native/native-runtime.js';
import { NativeUnavailable } from './native/ort-api.js';
import { NodeRuntime } from './node/node-runtime.js';
import { checkCandidate, type SessionOptions, sessionOptions } from './session-options.js';

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
      const settings = sessionOptions(model.path, candidate);
      return openGraphSession(request, (graph) =>
        openDecoder(graph, settings, request, options.access ?? 'auto').catch((cause) => {
          throw loadError(model.path, cause);
        }),
      );
    },
  };
}

async function openDecoder(
  graph: DecoderGraph,
  settings: SessionOptions,
  { contextTokens, sequences }: LoadRequest,
  access: OnnxAccess,
): Promise<OpenedGraph> {
  const { threads } = settings;
  if (graph.answer === 'present') {
    const runtime = await NodeRuntime.open(settings);
    const systemInfo =
      'The graph returns its whole cache with every token, which costs time that grows with the context.';
    return { decoder: new GrowingDecoder(graph, runtime), engine: runtime.name, systemInfo, threads };
  }
  const native = access === 'node' ? 'not asked for' : await openNative(settings, access);
  const runtime = typeof native === 'string' ? await NodeRuntime.open(settings) : native;
  const systemInfo = typeof native === 'string' ? `C API not used: ${native}.` : null;
  const decoder = new RowsDecoder(graph, runtime, contextTokens, sequences);
  return { decoder, engine: runtime.name, systemInfo, threads };
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
