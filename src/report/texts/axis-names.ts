import { table } from '../../core/table.js';
import { same, type Text } from './text.js';

/** Knobs of a configuration as people call them. */
const NAMES: Record<string, Text> = table({
  backend: { en: 'engine', zh: '引擎' },
  quant: { en: 'quantization', zh: '量化' },
  threads: { en: 'threads', zh: '线程' },
  threadsBatch: { en: 'prefill threads', zh: '预填充线程' },
  binding: { en: 'binding', zh: '绑定' },
  allocator: { en: 'allocator', zh: '分配器' },
  isa: { en: 'CPU kernels', zh: '指令集' },
  kvType: { en: 'KV cache', zh: 'KV 缓存' },
  flashAttention: { en: 'flash attention', zh: 'Flash Attention' },
  batch: { en: 'batch', zh: '批大小' },
  mmap: { en: 'mmap', zh: 'mmap' },
  mlock: { en: 'mlock', zh: 'mlock' },
  hugePages: { en: 'huge pages', zh: '大页' },
  replicas: { en: 'replicas', zh: '副本数' },
  sequences: { en: 'streams', zh: '并发序列' },
  threadPlacement: { en: 'thread placement', zh: '线程放置' },
  onnx: { en: 'ONNX Runtime', zh: 'ONNX Runtime' },
});

export const axisName = (axis: string): Text => NAMES[axis] ?? same(axis);
