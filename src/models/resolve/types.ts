import type { Backend } from '../../core/backends.js';
import type { Geometry, ModelFile } from '../../core/model.js';

export type Level = { backend: Backend; quant: string };

/** What `--model` means, before any file is made. */
export type Source = { id: string } & (
  | { kind: 'synthetic'; geometry: Geometry }
  /** Files of one model, in one or several levels and formats; at least one. */
  | { kind: 'files'; files: ModelFile[] }
  /** A Hugging Face folder with original weights. */
  | { kind: 'safetensors'; folder: string }
);

export type ResolveOptions = {
  /** R1TUNE_HOME. */
  home: string;
  backends: readonly Backend[];
  /** Levels asked for; undefined takes what the model offers without loss or long work. */
  quants?: readonly string[] | undefined;
  /** Levels that nobody asked for by name are made only when they fit in so many bytes; no limit without it. */
  roomBytes?: number | undefined;
  /** Threads of libllama's quantizer. */
  threads: number;
  /** Seed of synthetic weights (1). */
  seed?: number | undefined;
  /** Tokenizer of synthetic models; a byte-level one without it. */
  vocabularyPath?: string | undefined;
  /** Called while a file is made or read through, with a sentence and the share done, 0 to 1. */
  onStep?: ((what: string, share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
};

export type ResolvedModel = {
  /** The model as asked for, in full, for example "synthetic:deepseek-r1-distill-qwen-1.5b". */
  id: string;
  /** One file for each level that can be had, with its SHA-256. */
  files: { backend: Backend; model: ModelFile }[];
  /** Levels that cannot be had, with the reason. */
  missing: (Level & { reason: string })[];
};
