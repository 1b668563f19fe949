import * as z from 'zod';
import type { ModelFile, ModelFormat } from './model.js';

export const backendSchema = z.enum(['llama-cpp', 'onnx', 'openvino', 'fake']);
export type Backend = z.infer<typeof backendSchema>;

export type BackendFacts = {
  /** The engine as people call it. */
  title: string;
  /** Format of the model files that it runs. */
  format: ModelFormat;
  /** npm package that brings the engine: its version stands in every result. Null when none does. */
  package: string | null;
  /** `r1-tune engines add ID` installs it: it is no dependency of r1-tune. */
  isAdded: boolean;
  /** False for the engine that stands for nothing and tests r1-tune itself: it reads a script instead of weights. */
  isReal: boolean;
  /** What runs it without being asked to by `--backend`. */
  byDefault: { sweep: boolean; claims: boolean };
};

/** What is known of each engine before it is loaded. */
export const BACKENDS: Record<Backend, BackendFacts> = {
  'llama-cpp': {
    title: 'llama.cpp',
    format: 'gguf',
    package: 'node-llama-cpp',
    isAdded: false,
    isReal: true,
    byDefault: { sweep: true, claims: true },
  },
  onnx: {
    title: 'ONNX Runtime',
    format: 'onnx',
    package: 'onnxruntime-node',
    isAdded: true,
    isReal: true,
    byDefault: { sweep: false, claims: true },
  },
  openvino: {
    title: 'OpenVINO',
    format: 'onnx',
    // Not from npm: the version that was loaded stands in every outcome.
    package: null,
    isAdded: false,
    isReal: true,
    byDefault: { sweep: false, claims: false },
  },
  fake: {
    title: 'the fake engine',
    // Its script stands where others have a GGUF file.
    format: 'gguf',
    package: null,
    isAdded: false,
    isReal: false,
    byDefault: { sweep: false, claims: false },
  },
};

/** All engine ids, in the order of `backendSchema`. */
export const BACKEND_IDS: readonly Backend[] = backendSchema.options;

/** Engines that run models: all but the fake. */
export const REAL_BACKENDS: readonly Backend[] = BACKEND_IDS.filter((id) => BACKENDS[id].isReal);

/** What is run when nobody says `--backend`. */
export const defaultBackends = (use: keyof BackendFacts['byDefault']): Backend[] =>
  BACKEND_IDS.filter((id) => BACKENDS[id].byDefault[use]);

/** Real engines that run files of a format, as people call them. */
export const enginesOf = (format: ModelFormat): string[] =>
  REAL_BACKENDS.filter((id) => BACKENDS[id].format === format).map((id) => BACKENDS[id].title);

/** A quantization level on an engine, by its id. */
export type EngineLevel = { backend: string; quant: string };

const formatOf = (backend: string): ModelFormat | undefined => BACKENDS[backend as Backend]?.format;

/** Whether a file is the one that an engine runs at a level. Several engines may run one file. */
export const isModelOf = (model: ModelFile, { backend, quant }: EngineLevel): boolean =>
  model.quant === quant && model.format === formatOf(backend);

export const modelFor = (models: readonly ModelFile[], level: EngineLevel): ModelFile | undefined =>
  models.find((model) => isModelOf(model, level));

/** The engine that runs a file when nothing says which: the first of its format. */
export const firstBackendOf = ({ format }: ModelFile): Backend =>
  BACKEND_IDS.find((id) => BACKENDS[id].format === format)!;

/** A model file on one of the engines that can run it. */
export type ModelArm = { backend: Backend; model: ModelFile };

/** The files of such arms, each once. */
export const filesOfArms = (arms: readonly ModelArm[]): ModelFile[] => [
  ...new Map(arms.map(({ model }) => [`${model.path}\n${model.quant}`, model])).values(),
];

/** Each file with every engine that a configuration runs it on, in the order of the files. */
export function modelArms(models: readonly ModelFile[], candidates: readonly EngineLevel[]): ModelArm[] {
  return models.flatMap((model) => {
    const running = new Set<string>(
      candidates.filter((one) => modelFor(models, one) === model).map(({ backend }) => backend),
    );
    const backends = running.size > 0 ? BACKEND_IDS.filter((id) => running.has(id)) : [firstBackendOf(model)];
    return backends.map((backend) => ({ backend, model }));
  });
}
