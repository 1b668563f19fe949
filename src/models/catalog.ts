import type { GeometryId } from '../core/model.js';

/** Where a published model lies: the same repository names hold on Hugging Face and its mirrors, and on ModelScope. */
export type CatalogEntry = {
  id: string;
  geometryId: GeometryId;
  /** Name of the model as it appears in file names. */
  name: string;
  licence: string;
  /** Original weights in safetensors. */
  original: string;
  /** GGUF conversions by others: `<name>-Q4_K_M.gguf` and so on. */
  gguf: string;
  /** ONNX export by others; null when there is none that runs on a CPU. */
  onnx: string | null;
};

const distill = (size: string, base: 'Qwen' | 'Llama', licence: string, onnx: string | null): CatalogEntry => {
  const name = `DeepSeek-R1-Distill-${base}-${size}`;
  const id = name.toLowerCase();
  return {
    id,
    geometryId: id as GeometryId,
    name,
    licence,
    original: `deepseek-ai/${name}`,
    gguf: `unsloth/${name}-GGUF`,
    onnx,
  };
};

/** Models whose GGUF conversions are kept by the same people as those of the distills. */
const published = (owner: string, name: string, licence: string): CatalogEntry => ({
  id: name.toLowerCase(),
  geometryId: name.toLowerCase() as GeometryId,
  name,
  licence,
  original: `${owner}/${name}`,
  gguf: `unsloth/${name}-GGUF`,
  onnx: null,
});

export const CATALOG: readonly CatalogEntry[] = [
  distill('1.5B', 'Qwen', 'MIT (base: Apache-2.0)', 'onnx-community/DeepSeek-R1-Distill-Qwen-1.5B-ONNX'),
  distill('7B', 'Qwen', 'MIT (base: Apache-2.0)', null),
  distill('14B', 'Qwen', 'MIT (base: Apache-2.0)', null),
  distill('32B', 'Qwen', 'MIT (base: Apache-2.0)', null),
  distill('8B', 'Llama', 'MIT (base: Llama 3.1 Community License)', null),
  distill('70B', 'Llama', 'MIT (base: Llama 3.3 Community License)', null),
  published('deepseek-ai', 'DeepSeek-R1-0528-Qwen3-8B', 'MIT'),
  ...(['0.6B', '1.7B', '4B', '8B', '14B', '32B', '30B-A3B'] as const).map((size) =>
    published('Qwen', `Qwen3-${size}`, 'Apache-2.0'),
  ),
  published('HuggingFaceTB', 'SmolLM3-3B', 'Apache-2.0'),
  published('openai', 'gpt-oss-20b', 'Apache-2.0'),
  published('microsoft', 'Phi-4-mini-reasoning', 'MIT'),
];

export const catalogEntry = (id: string): CatalogEntry | undefined => CATALOG.find((entry) => entry.id === id);
