import type { GgufFile } from '../../formats/gguf/read.js';
import { boolOf, numberOf, textOf } from '../../formats/gguf/value.js';
import { unsupportedModel } from '../../formats/invalid.js';

/** Architectures without a decoder that writes text on its own (llama.cpp's encoders, embedders and vocoders). */
const NO_DECODERS = [
  'bert',
  'modern-bert',
  'nomic-bert',
  'nomic-bert-moe',
  'neo-bert',
  'jina-bert-v2',
  'jina-bert-v3',
  'eurobert',
  'gemma-embedding',
  't5encoder',
  't5',
  'wavtokenizer-dec',
];

/** Refuses files that are no language model by what they say they are. Throws MODEL_UNSUPPORTED. */
export function checkKind(file: GgufFile): void {
  const what = oddKind(file);
  if (what) throw unsupportedModel(file.path, what, 'a language model that writes text');
}

/** What a file is when it is no language model. */
export function oddKind({ metadata, tensors }: GgufFile): string | undefined {
  const type = textOf(metadata, 'general.type');
  const architecture = textOf(metadata, 'general.architecture');
  const has = (pattern: RegExp): boolean => tensors.some(({ name }) => pattern.test(name));
  if (type === 'adapter' || has(/\.lora_[ab]$/)) return 'a LoRA adapter, which is no model by itself';
  if (type === 'imatrix' || architecture === 'imatrix' || has(/\.in_sum2$/))
    return 'an importance matrix for quantizing';
  if (type === 'mmproj' || architecture === 'clip')
    return 'a projector of images or sound (mmproj), a companion of a model';
  if (architecture === 'controlvector') return 'a control vector, a companion of a model';
  if (architecture && NO_DECODERS.includes(architecture)) return `an encoder or embedding model (${architecture})`;
  if ((numberOf(metadata, `${architecture}.pooling_type`) ?? 0) > 0)
    return 'an embedding or reranking model (it pools its outputs)';
  if (boolOf(metadata, `${architecture}.attention.causal`) === false) return 'a model whose attention is not causal';
  return undefined;
}
