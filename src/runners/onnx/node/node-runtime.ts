import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { table } from '../../../core/table.js';
import { ELEMENT_TYPE } from '../../../formats/onnx/element-type.js';
import type { GrowingRuntime, HostTensor } from '../../graph/tensor.js';
import { onnxBinding, onnxVersion } from '../installed.js';
import type { SessionOptions } from '../session-options.js';

const TYPE_NAMES: Readonly<Record<number, Tensor.Type>> = table({
  [ELEMENT_TYPE.float32]: 'float32',
  [ELEMENT_TYPE.float16]: 'float16',
  [ELEMENT_TYPE.int32]: 'int32',
  [ELEMENT_TYPE.int64]: 'int64',
});

/**
 * ONNX Runtime through onnxruntime-node. Its `run` computes on the JavaScript thread (in a setImmediate), so timers and
 * messages wait for the end of each evaluation; between evaluations they are served. Every result is copied once.
 */
export class NodeRuntime implements GrowingRuntime {
  readonly name: string;

  private constructor(
    private readonly ort: typeof import('onnxruntime-common'),
    private readonly session: InferenceSession,
  ) {
    this.name = `ONNX Runtime ${onnxVersion()} (onnxruntime-node)`;
  }

  /** Throws `ENGINE_MISSING` when the binding cannot be loaded, and what the binding throws for a model it refuses. */
  static async open({ path, threads, knobs }: SessionOptions): Promise<NodeRuntime> {
    const ort = onnxBinding();
    const session = await ort.InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: knobs.executionMode === 'parallel' ? threads : 1,
      executionMode: knobs.executionMode,
      graphOptimizationLevel: knobs.graphOptimization,
      enableCpuMemArena: knobs.arena,
      enableMemPattern: false,
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: knobs.spinning ? '1' : '0' } } },
    });
    return new NodeRuntime(ort, session);
  }

  async run(inputs: ReadonlyMap<string, HostTensor>, outputs: ReadonlyMap<string, HostTensor>): Promise<number> {
    const { results, engineMs } = await this.runForNew(inputs, [...outputs.keys()]);
    for (const [name, { data }] of outputs) (data as Float32Array).set(results.get(name)!.data as Float32Array);
    return engineMs;
  }

  async runForNew(
    inputs: ReadonlyMap<string, HostTensor>,
    names: readonly string[],
  ): Promise<{ results: Map<string, HostTensor>; engineMs: number }> {
    const feeds: Record<string, Tensor> = {};
    for (const [name, { elementType, data, dims }] of inputs)
      feeds[name] = new this.ort.Tensor(TYPE_NAMES[elementType]!, data as Float32Array, dims);
    const start = performance.now();
    const found = await this.session.run(feeds, names);
    const engineMs = performance.now() - start;
    const results = new Map(
      names.map((name) => {
        const { data, dims, type } = found[name] as Tensor;
        const elementType = Number(Object.entries(TYPE_NAMES).find(([, named]) => named === type)![0]);
        return [name, { elementType, dims, data: data as HostTensor['data'] }] as const;
      }),
    );
    return { results, engineMs };
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }
}
