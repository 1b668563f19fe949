/** The decision, its proof and its price. */
export const ANSWER_TEXTS = {
  headlineFaster: {
    en: 'Run {label}: {change} against the default settings',
    zh: '建议运行 {label}：相比默认设置 {change}',
  },
  headlineKeep: {
    en: 'Keep the default settings, {label}: {rival} is not confirmed to be faster',
    zh: '保持默认设置（{label}）：{rival} 未被证实更快',
  },
  headlineKeepBeside: {
    en: 'Keep the default settings, {label}: {rival} is faster alone, and loses more than that beside a busy process',
    zh: '保持默认设置（{label}）：{rival} 独占机器时更快，但旁边有繁忙进程时损失更大',
  },
  headlineKeepAlone: {
    en: 'Keep the default settings, {label}: nothing else ran and met the constraints',
    zh: '保持默认设置（{label}）：没有其他配置能够运行并满足约束条件',
  },
  headlineNoDefault: {
    en: 'Run {label}: the default settings fail here or break a constraint, so there is nothing to compare with',
    zh: '建议运行 {label}：默认设置在此失败或违反约束，因此无从比较',
  },
  headlineUnconfirmed: {
    en: '{label} looks best so far, but too little was measured to recommend it',
    zh: '{label} 目前看来最好，但测量太少，不足以推荐',
  },
  headlineRates: {
    en: 'Too little time to recommend anything: these are measured rates, and the default settings stand ({label})',
    zh: '时间太短，无法给出建议：以下仅为实测速度，默认设置保持不变（{label}）',
  },
  headlineNone: {
    en: 'No configuration ran and met the constraints',
    zh: '没有配置能够运行并满足约束条件',
  },
  headlineInterval: {
    en: '{level} interval {low} to {high}',
    zh: '{level} 置信区间 {low} 至 {high}',
  },
  headlineAlternative: {
    en: '{change}, {level} interval {low} to {high}',
    zh: '{change}，{level} 置信区间 {low} 至 {high}',
  },
  proofConfirmed: {
    en: 'Shown by {pairs} fresh pairs of processes in random order.',
    zh: '由 {pairs} 对随机顺序的全新进程证明。',
  },
  proofCompared: {
    en: 'Compared by {pairs} fresh pairs of processes in random order.',
    zh: '由 {pairs} 对随机顺序的全新进程比较。',
  },
  proofRace: {
    en: 'From {pairs} race blocks: the run was cut before fresh confirmation pairs, so this may flatter the winner.',
    zh: '来自 {pairs} 个竞赛区组：运行在确认之前被截断，因此可能高估胜者。',
  },
  proofNoInterval: {
    en: 'Too few trials for an interval: treat it as a hint.',
    zh: '试验次数太少，无法给出区间：仅供参考。',
  },
  proofSmallest: {
    en: 'The smallest effect these pairs could have shown is {effect}.',
    zh: '这些配对能分辨的最小效应为 {effect}。',
  },
  proofChance: {
    en: 'Chance alone would show such a difference with probability p = {p}.',
    zh: '纯属偶然出现这种差别的概率为 p = {p}。',
  },
  beside: {
    en: 'Beside one busy process ({blocks} blocks): {list}.',
    zh: '旁边有一个繁忙进程时（{blocks} 个区组）：{list}。',
  },
  besideArm: { en: '{label} decodes {rate}', zh: '{label} 解码 {rate}' },
  besideArmShare: {
    en: '{label} decodes {rate}, {share} of its rate alone',
    zh: '{label} 解码 {rate}，为独占时的 {share}',
  },
  besideSpare: {
    en: 'Where others compute on this machine too, --threads {threads} is the better choice: its threads wait for none that lost its CPU.',
    zh: '若机器上还有其他计算进程，--threads {threads} 更好：没有线程需要等待失去 CPU 的线程。',
  },
  besideDecides: {
    en: 'Every pair there shows the faster one behind, by more than it gains alone: so the default settings are recommended.',
    zh: '每一对都显示较快的配置在此落后，且超过其独占时的收益：因此推荐默认设置。',
  },
  besideShared: {
    en: 'The machine was taken as shared; with --environment exclusive this is told and decides nothing.',
    zh: '机器被视为共享；使用 --environment exclusive 时仅告知，不影响决定。',
  },
  besideExclusive: {
    en: 'The machine was said to be exclusive, so this decides nothing.',
    zh: '机器被声明为独占，因此不影响决定。',
  },
  besideNot: {
    en: 'Behaviour beside another busy process was not measured: the time did not suffice.',
    zh: '未测量旁边有繁忙进程时的表现：时间不足。',
  },
  nearBest: {
    en: 'It is within 2 % of the best of all {count} configurations with probability {probability}, by a model of all trials.',
    zh: '根据全部试验的模型，它与全部 {count} 个配置中最优者相差不超过 2 % 的概率为 {probability}。',
  },
  measures: { en: 'What is measured: {objective}.', zh: '衡量指标：{objective}。' },
  objectiveWorkload: {
    en: 'the time of one request of {prompt} prompt and {generate} generated tokens, from the measured prefill and decode rates; speeds are its generated tokens over that time',
    zh: '单个请求（提示 {prompt} 词元、生成 {generate} 词元）的用时，由实测预填充与解码速度得出；速度为其生成词元数除以该用时',
  },
  objectiveDecode: { en: 'generated tokens a second of one stream', zh: '单路每秒生成词元数' },
  objectivePrefill: { en: 'prompt tokens a second', zh: '每秒处理提示词元数' },
  objectiveThroughput: { en: 'generated tokens a second over all streams', zh: '所有并发流合计每秒生成词元数' },
  synthetic: {
    en: 'The weights are random (a synthetic twin): speed and memory are those of the real model, its text is noise.',
    zh: '权重为随机值（合成孪生模型）：速度和内存与真实模型相同，生成的文本没有意义。',
  },
  serve: { en: 'Serve it', zh: '启动服务' },
  serveReal: {
    en: 'With real weights of the same geometry and quantization, add --model FILE.',
    zh: '若有相同结构和量化的真实权重，请加上 --model 文件。',
  },
  copy: { en: 'Copy', zh: '复制' },
  copied: { en: 'Copied', zh: '已复制' },
  copyLabel: { en: 'Copy the serve command', zh: '复制启动命令' },
  changes: { en: 'What differs from the default: {changes}.', zh: '与默认设置的差别：{changes}。' },
  noChanges: { en: 'It is the default configuration.', zh: '这就是默认配置。' },
  equals: {
    en: 'Measured enough, and not shown to be more than 2 % worse than the recommended one:',
    zh: '测量充分、且未被证明比推荐配置差 2 % 以上：',
  },
  better: {
    en: 'Faster in blocks that took part in the choice, and not confirmed by fresh pairs:',
    zh: '在参与选择的区组中更快，但未经新的配对证实：',
  },
  rankedWorse: {
    en: 'Shown to be more than 2 % worse than the recommended one: {count}.',
    zh: '被证明比推荐配置差 2 % 以上：{count} 个。',
  },
  notRanked: {
    en: 'Not measured enough to rank (fewer than 3 blocks together with the recommended one): {count}.',
    zh: '测量不足、无法排名（与推荐配置共同的区组少于 3 个）：{count} 个。',
  },
  goals: {
    en: 'For other goals, from the same trials (measured, not confirmed)',
    zh: '其他目标的选择（来自同一批试验，已测量、未确认）',
  },
  streams: { en: '{streams} streams together', zh: '{streams} 路合计' },
  goalLatency: { en: 'Shortest time to first token', zh: '首词元时间最短' },
  goalThroughput: { en: 'Most tokens over all streams', zh: '所有并发流合计速度最高' },
  goalMemory: { en: 'Least memory', zh: '内存最小' },
  costs: { en: 'What it costs', zh: '代价' },
  cutRun: {
    en: 'This run was cut before its strategy was done.',
    zh: '本次运行在策略完成之前被中断。',
  },
  objective: { en: 'Objective', zh: '目标' },
  speedWorkload: { en: 'Generated, whole request', zh: '整个请求的生成速度' },
  speedDecode: { en: 'Decode', zh: '解码' },
  speedPrefill: { en: 'Prefill', zh: '预填充' },
  speedThroughput: { en: 'Generated, all streams', zh: '所有并发流的生成速度' },
  wholeAnswer: { en: 'Time to the whole answer', zh: '完整回答用时' },
  wholeAnswerNote: {
    en: 'of {prompt} prompt and {generate} generated tokens',
    zh: '提示 {prompt} 词元、生成 {generate} 词元',
  },
  besideDefault: { en: 'default settings: {value}', zh: '默认设置：{value}' },
  decode: { en: 'Decode', zh: '解码' },
  prefill: { en: 'Prefill', zh: '预填充' },
  ttft: { en: 'Time to first token', zh: '首词元时间' },
  ttftNote: { en: 'of a prompt of {tokens} tokens', zh: '提示 {tokens} 词元' },
  memory: { en: 'Peak memory', zh: '峰值内存' },
  load: { en: 'Load time', zh: '加载时间' },
  cpuPerToken: { en: 'CPU time a token', zh: '每词元 CPU 时间' },
  quality: { en: 'Quality kept', zh: '质量保持' },
  qualityNote: {
    en: 'next tokens as at the reference precision, over {tokens} tokens',
    zh: '下一词元与参考精度一致的比例（{tokens} 个词元）',
  },
  energy: { en: 'Energy per million tokens', zh: '每百万词元能耗' },
  price: { en: 'Price per million tokens', zh: '每百万词元价格' },
  notAvailable: { en: 'not available', zh: '不可用' },
  notMeasurable: { en: 'not measurable', zh: '无法测量' },
  randomWeights: {
    en: 'the weights are random, so the text is noise at every precision',
    zh: '权重为随机值，任何精度下的文本都没有意义',
  },
  largest: { en: 'largest of {trials} trials', zh: '{trials} 次试验中的最大值' },
  median: { en: 'median of {trials} trials', zh: '{trials} 次试验的中位数' },
  intervalNote: { en: '{low} to {high} ({level}, n = {n})', zh: '{low} 至 {high}（{level}，n = {n}）' },
  intervalNone: { en: 'no interval (n = {n})', zh: '无区间（n = {n}）' },
} as const;
