import type { Engine, LoadRequest } from '../../core/engine.js';
import { GrowingDecoder } from '../graph/growing-decoder.js';
import { openGraphSession } from '../graph/open-session.js';
import { RowsDecoder } from '../graph/rows-decoder.js';
import { checkCandidate } from './check-candidate.js';
import { loadError } from './load-error.js';
import type { Environment } from './locate.js';
import { OpenvinoRuntime } from './openvino-runtime.js';
import { compileProperties, THREADS } from './properties.js';

/** OpenVINO running the decoder graphs that ONNX Runtime runs: our converter's, or published exports with a key/value cache. */
export function createOpenvinoEngine(env: Environment): Engine {
  return {
    async load(request: LoadRequest) {
      const { candidate, model, contextTokens, sequences } = request;
      checkCandidate(candidate);
      const properties = compileProperties(candidate);
      return openGraphSession(request, async (graph) => {
        const runtime = await OpenvinoRuntime.open({ path: model.path, properties, env }).catch((cause) => {
          throw loadError(model.path, cause);
        });
        const decoder =
          graph.answer === 'present'
            ? new GrowingDecoder(graph, runtime)
            : new RowsDecoder(graph, runtime, contextTokens, sequences);
        return {
          decoder,
          engine: runtime.name,
          systemInfo: runtime.library,
          threads: Number(runtime.properties[THREADS] ?? candidate.threads),
          properties: runtime.properties,
        };
      });
    },
  };
}
