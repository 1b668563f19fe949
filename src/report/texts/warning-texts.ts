import { table } from '../../core/table.js';

/**
 * Warnings of a run are written in English when the run is made. For readers of Chinese the known ones are told again
 * by their code, without the figures, before the original.
 */
const CHINESE: Record<string, string> = table({
  'random-weights': '权重为随机值：速度和内存真实，文本没有意义，质量无法测量。请用 --model 提供相同结构的真实权重。',
  steal: '虚拟机管理器在部分试验中占用了 CPU 时间。结论以区间为准；如需更窄的区间，请使用独占 CPU 的机器。',
  'quota-throttled': 'CPU 配额使部分配置在运行中被暂停，它们不会被推荐。请减少线程数或提高配额。',
  swapping: '部分试验中模型有一部分位于交换区。请释放内存、选用更小的量化或上下文，或为此服务关闭交换区。',
  'unverified-memory':
    '要求了 NUMA 内存策略，但未能证实其生效：映射的模型文件留在首次读取它的节点上。请用 --mmap off 比较。',
  'harness-overhead': '测量框架自身的开销占每个词元时间的比例较高。请比较相对速度，而非绝对速度。',
  'not-steady': '部分试验的解码速度前后不一致：机器上有其他负载，或正在升温。请在空闲时重测。',
  'small-budget': '预算太小，容不下值得信赖的搜索：结果的价值有限。请增大 --budget。',
  'few-trials': '部分配置的试验少于 3 次，没有可用的区间。请增大 --budget 或使用 --effort thorough。',
});

export const chineseWarning = (code: string): string | null => CHINESE[code] ?? null;
