import type { ClaimResult, Verdict } from '../../core/claims.js';
import { table } from '../../core/table.js';
import { same, type Text } from './text.js';

/** The claims are written in English where they are defined; told again by their number for readers of Chinese. */
const CHINESE: Record<number, string> = table({
  1: '最佳线程数等于物理核心数；再多反而变慢。',
  2: '用 OMP_NUM_THREADS、OMP_PROC_BIND 调整线程。',
  3: '用 taskset 或 numactl 绑定可减少抖动并提速。',
  4: 'AVX-512 约带来 20 % 的提升。',
  5: 'INT8 内存为 FP16 的一半，INT4 为四分之一，速度随字节数变化。',
  6: 'jemalloc 或 tcmalloc 可减少 8–10 % 的内存。',
  7: '最初的请求较慢，5–10 次预热请求即可消除。',
  8: 'CPU 足够用：每次回复约 1.2 秒，24 核运行 7B 达 25–30 tok/s。',
  9: 'KV 缓存与小批量并发可提高吞吐。',
  10: '多个工作进程比一个大进程更能隔离用户。',
  11: 'swappiness=10，不使用交换分区。',
  12: 'CPU 的成本是 GPU 的一半。',
  13: '请求等于限额（Guaranteed QoS）可避免抖动。',
});

export const claimStatement = ({ number, statement }: ClaimResult): Text => ({
  en: statement,
  zh: CHINESE[number] ?? statement,
});

const VERDICTS: Record<Verdict, Text> = {
  holds: { en: 'holds here', zh: '在本机成立' },
  'does-not-hold': { en: 'does not hold here', zh: '在本机不成立' },
  'no-difference': { en: 'no difference here', zh: '在本机无差别' },
  'cannot-test': { en: 'cannot be tested here', zh: '在本机无法检验' },
};

export const verdictName = (verdict: Verdict): Text => VERDICTS[verdict] ?? same(verdict);
