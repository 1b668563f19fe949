/** Headings, findings and notes of the sections, in the order of the page. */
export const SECTION_TEXTS = {
  warnings: { en: 'What to know before trusting this', zh: '采信之前须知' },
  severitySerious: { en: 'Serious', zh: '严重' },
  severityWarning: { en: 'Warning', zh: '警告' },
  severityInfo: { en: 'Note', zh: '说明' },

  comparisons: { en: 'Against the defaults and the folklore', zh: '与默认设置和民间经验的对比' },
  comparisonsLead: {
    en: 'Each setting against the default settings (0 %), with its interval. An interval that crosses 0 % shows no difference.',
    zh: '每种设置与默认设置（0 %）相比及其区间。区间跨过 0 % 表示未显示差别。',
  },
  comparisonsChart: { en: 'Change of the objective against the default settings', zh: '目标相对默认设置的变化' },
  chosen: { en: 'Recommended', zh: '推荐配置' },
  default: { en: 'Default settings', zh: '默认设置' },
  physicalCores: { en: 'Threads = physical cores ({threads})', zh: '线程数 = 物理核心数（{threads}）' },
  allLogical: { en: 'All logical CPUs ({threads})', zh: '使用全部逻辑 CPU（{threads}）' },
  ompVariables: { en: 'OMP_NUM_THREADS, OMP_PROC_BIND', zh: 'OMP_NUM_THREADS、OMP_PROC_BIND' },
  ompNote: {
    en: 'Neither engine reads OMP_* variables, so they change nothing. r1-tune claims --only 2 tests that here.',
    zh: '两个引擎都不读取 OMP_* 变量，因此没有任何作用。可用 r1-tune claims --only 2 在本机验证。',
  },
  isDefault: { en: 'this is the default here', zh: '在本机即为默认设置' },
  isChosen: { en: 'this is the recommended one', zh: '即推荐配置' },
  notMeasured: { en: 'not measured in this run', zh: '本次运行未测量' },
  failed: { en: 'failed: {reason}', zh: '失败：{reason}' },
  noComparison: { en: 'no pair with the default settings', zh: '没有与默认设置的配对' },

  claims: { en: 'The folklore, tested on this machine', zh: '民间经验：本机实测' },
  claimsLead: {
    en: 'Each rule was decided by a small randomised experiment. An arm against itself would be given another verdict than “no difference” with probability {errorRate} at most.',
    zh: '每条经验都由一个随机化的小实验判定。若与自身比较，得到“无差别”以外结论的概率至多为 {errorRate}。',
  },
  claimsElsewhere: {
    en: 'These were tested on another machine than this run: {machine}.',
    zh: '这些检验在另一台机器上进行：{machine}。',
  },
  claimsMade: { en: 'Made by: {command}', zh: '命令：{command}' },

  threads: { en: 'Threads', zh: '线程数' },
  decodeCurve: { en: 'Decode speed against threads', zh: '解码速度与线程数' },
  prefillCurve: { en: 'Prefill speed against threads', zh: '预填充速度与线程数' },
  threadsAxis: { en: 'threads', zh: '线程数' },
  decodeAxis: { en: 'decode, tok/s', zh: '解码，tok/s' },
  prefillAxis: { en: 'prefill, tok/s', zh: '预填充，tok/s' },
  kneeFinding: {
    en: '{curve}, fewest other knobs changed: {threads} threads already reach 95 % of the best {phase} speed of the curve, {best}.',
    zh: '{curve}（其他参数改动最少）：{threads} 个线程已达到该曲线最佳{phase}速度的 95 %；最佳为 {best}。',
  },
  phaseDecode: { en: 'decode', zh: '解码' },
  phasePrefill: { en: 'prefill', zh: '预填充' },
  knee: { en: 'knee: {threads} threads', zh: '拐点：{threads} 线程' },
  recommendedKnobs: { en: '{curve}, recommended knobs', zh: '{curve}，推荐参数' },
  roofline: { en: 'bandwidth limit, {curve}', zh: '带宽上限，{curve}' },
  rooflineFinding: {
    en: 'Memory bandwidth allows at most {limit} for {curve} at {threads} threads: the recommended configuration decodes {rate}, {share} of that.',
    zh: '在 {threads} 个线程下，内存带宽最多允许 {curve} 达到 {limit}：推荐配置解码 {rate}，为其 {share}。',
  },
  rooflineDefault: {
    en: 'The default settings decode {rate}, {share} of what their threads and quantization allow.',
    zh: '默认设置解码 {rate}，为其线程数与量化所允许的 {share}。',
  },
  rooflineAbove: {
    en: 'That is more than the bandwidth measured before the run allows: it was measured too low, or caches hold part of the weights.',
    zh: '这超过了运行前所测带宽的上限：带宽测得偏低，或部分权重留在缓存中。',
  },
  noCurve: {
    en: 'No configuration was measured at more than one thread count.',
    zh: '没有配置在多个线程数下测量过。',
  },
  curveNote: {
    en: 'A point of a level is the configuration of that thread count with the fewest other knobs changed; the recommended knobs have a curve of their own where they differ. Bars are intervals.',
    zh: '每条级别曲线的点是该线程数下其他参数改动最少的配置；推荐参数与之不同时另成一条曲线。竖线为区间。',
  },

  bandwidth: { en: 'Memory bandwidth', zh: '内存带宽' },
  bandwidthChart: { en: 'Measured read bandwidth against threads', zh: '实测读带宽与线程数' },
  bandwidthAxis: { en: 'read bandwidth, GB/s', zh: '读带宽，GB/s' },
  bandwidthMedian: { en: 'Points: median pass. Bars: up to the fastest pass.', zh: '点为中位数，竖线至最快一次。' },
  bandwidthContended: { en: 'contended: too low', zh: '受干扰：偏低' },
  bandwidthFinding: {
    en: 'Reading reaches {max} in the median pass ({fastest} in the fastest); {threads} threads already reach 95 % of it. Decode reads all weights for every token, so this is its limit.',
    zh: '读取带宽的中位数为 {max}（最快一次 {fastest}）；{threads} 个线程已达到其 95 %。解码每个词元都要读取全部权重，因此这就是它的上限。',
  },
  bandwidthNone: {
    en: 'It was not measured in this run: r1-tune probe --bandwidth measures it.',
    zh: '本次运行未测量：可用 r1-tune probe --bandwidth 测量。',
  },
  theoretical: { en: 'modules × rate: {value}', zh: '内存条理论值：{value}' },

  quantization: { en: 'Quantization: speed, quality, memory', zh: '量化：速度、质量、内存' },
  quantChart: { en: 'Speed against peak memory', zh: '速度与峰值内存' },
  quantChartQuality: {
    en: 'Speed against quality; a larger circle needs more memory',
    zh: '速度与质量；圆越大占用内存越多',
  },
  speedAxis: { en: 'speed: {speed}, tok/s', zh: '速度：{speed}，tok/s' },
  memoryAxis: { en: 'peak memory, GiB', zh: '峰值内存，GiB' },
  qualityAxis: { en: 'next tokens as at the reference precision, %', zh: '下一词元与参考精度一致，%' },
  paretoOptimal: { en: 'optimal', zh: '最优' },
  paretoPossible: { en: 'possibly optimal', zh: '可能最优' },
  paretoDominated: { en: 'dominated', zh: '被支配' },
  paretoNone: { en: 'not ranked', zh: '未排名' },
  paretoNote: {
    en: 'Filled: nothing is shown to be better in speed, memory and quality at once. Hollow: possibly optimal, the intervals are not clear. Small and faint: dominated, or not ranked because it has too few trials for an interval.',
    zh: '实心：没有被证明在速度、内存和质量上同时更好的配置。空心：可能最优，区间不明确。小而淡：被支配，或试验太少、没有区间而未排名。',
  },
  qualityUnmeasured: { en: 'Quality is not measurable: {reason}', zh: '质量无法测量：{reason}' },
  qualityText: {
    en: 'Quality was measured on {text}, once for each level; the reference is the most precise file.',
    zh: '质量以 {text} 测量，每个级别一次；参考为精度最高的文件。',
  },
  builtInText: { en: 'the built-in text', zh: '内置文本' },
  qualityAbsent: { en: 'Quality was not measured in this run.', zh: '本次运行未测量质量。' },

  effects: { en: 'Binding, allocator and other knobs', zh: '绑定、分配器及其他参数' },
  effectsChart: { en: 'Effect of one knob, all others equal', zh: '单一参数的效应（其他相同）' },
  effectsLead: {
    en: 'Change of the objective against the named reference value, on one axis. An interval that crosses 0 % shows no effect.',
    zh: '目标相对于参考值的变化，使用同一坐标轴。区间跨过 0 % 表示未显示效应。',
  },
  effectsAxis: { en: 'change of the objective, %', zh: '目标的变化，%' },
  effectsNone: {
    en: 'No configuration differs from the default in one of these knobs alone.',
    zh: '没有配置仅在其中一个参数上与默认设置不同。',
  },
  effectName: { en: '{axis}: {value} against {reference}', zh: '{axis}：{value} 对比 {reference}' },

  context: { en: 'Long contexts', zh: '长上下文' },
  contextChart: { en: 'KV cache of one sequence', zh: '单序列的 KV 缓存' },
  contextAxis: { en: 'tokens in the context', zh: '上下文词元数' },
  kvAxis: { en: 'KV cache, GiB', zh: 'KV 缓存，GiB' },
  contextLead: {
    en: 'The size is exact, from the shape of the model. The speed left is a bound: what memory bandwidth alone allows when the cache is read for every token.',
    zh: '大小由模型结构精确得出。剩余速度是一个上界：仅考虑每个词元读取缓存时内存带宽的限制。',
  },
  contextFinding: {
    en: 'At {tokens} tokens the {type} cache of one sequence takes {bytes}, and at most {share} of the decode speed is left.',
    zh: '在 {tokens} 个词元时，单序列的 {type} 缓存占用 {bytes}，解码速度最多剩余 {share}。',
  },
  speedLeft: { en: 'decode speed left, at most', zh: '解码速度最多剩余' },
  kvSize: { en: 'KV cache', zh: 'KV 缓存' },

  startUp: { en: 'Load and warm-up', zh: '加载与预热' },
  loadChart: { en: 'Load time by quantization', zh: '各量化的加载时间' },
  loadAxis: { en: 'load time, s', zh: '加载时间，s' },
  warmUpChart: { en: 'First decode steps after loading', zh: '加载后的最初解码步' },
  stepAxis: { en: 'decode step after loading', zh: '加载后的解码步' },
  slownessAxis: { en: 'time over a steady step, ×', zh: '相对稳定步的时间，×' },
  warmUpFinding: {
    en: '{backend}: from decode step {step} on, decode is within 10 % of its steady speed; the first token after loading takes {ms} (middle half of {trials} trials: {low} to {high}).',
    zh: '{backend}：从第 {step} 个解码步起，速度与稳定状态相差不超过 10 %；加载后首词元用时 {ms}（{trials} 次试验的中间一半：{low} 至 {high}）。',
  },
  warmUpNever: {
    en: '{backend}: decode was still settling when the warm-up ended; the first token after loading takes {ms} (middle half of {trials} trials: {low} to {high}).',
    zh: '{backend}：预热结束时解码仍未稳定；加载后首词元用时 {ms}（{trials} 次试验的中间一半：{low} 至 {high}）。',
  },
  warmUpNote: { en: 'Bars hold the middle half of the trials.', zh: '竖线为试验的中间一半。' },

  cost: { en: 'Cost and energy', zh: '成本与能耗' },
  costLead: {
    en: 'Per million generated tokens, one request after another, for the recommended configuration and each Pareto point.',
    zh: '推荐配置及每个帕累托点连续处理请求时，每百万生成词元的成本。',
  },
  priceMissing: {
    en: 'Price: not available; give --price-per-hour.',
    zh: '价格：不可用；请提供 --price-per-hour。',
  },
  energyMissing: {
    en: 'Energy: not available, this machine has no readable energy counter; give --watts.',
    zh: '能耗：不可用，本机没有可读的能耗计数器；请提供 --watts。',
  },
  energyGiven: { en: 'Energy from the given {watts} W, not measured.', zh: '能耗按给定的 {watts} W 计算，非实测。' },
  energyMeasured: { en: 'Energy from RAPL package counters.', zh: '能耗来自 RAPL 计数器。' },
  ownership: { en: 'This machine against a GPU, over {months} months', zh: '本机与 GPU 对比（{months} 个月）' },
  ownershipMissing: {
    en: 'CPU against GPU: not available; give --gpu-price, --gpu-monthly, --cpu-price and --cpu-monthly.',
    zh: 'CPU 与 GPU 对比：不可用；请提供 --gpu-price、--gpu-monthly、--cpu-price 和 --cpu-monthly。',
  },
  ownershipSaved: { en: 'The CPU costs {share} less.', zh: 'CPU 方案节省 {share}。' },
  ownershipLost: { en: 'The CPU costs {share} more.', zh: 'CPU 方案多花 {share}。' },
  ownershipNote: {
    en: 'Prices are yours. Per million tokens assumes full use all the time.',
    zh: '价格由您提供。每百万词元成本假设始终满负荷。',
  },

  noise: { en: 'Noise of this machine during the run', zh: '运行期间本机的噪声' },
  noiseChart: { en: 'Sentinel kernels and stolen time, trial by trial', zh: '逐次试验的哨兵内核与被窃取时间' },
  trialAxis: { en: 'trial, in the order run', zh: '试验（按运行顺序）' },
  sentinelAxis: { en: 'deviation, %', zh: '偏差，%' },
  memorySentinel: { en: 'memory sentinel', zh: '内存哨兵' },
  computeSentinel: { en: 'compute sentinel', zh: '计算哨兵' },
  steal: { en: 'steal', zh: '窃取时间' },
  voidedMark: { en: 'voided, repeated', zh: '作废重测' },
  noiseScatter: {
    en: 'Pairs of the recommended and the default configuration scatter by {sd} (standard deviation of their log-ratios).',
    zh: '推荐配置与默认配置的配对结果离散度为 {sd}（对数比的标准差）。',
  },
  noiseVoided: { en: 'Trials voided and repeated: {voided}.', zh: '作废重测的试验：{voided} 次。' },
  noiseSteal: {
    en: 'The hypervisor took at most {steal} of the CPU time of a trial.',
    zh: '虚拟机管理器在单次试验中最多占用 {steal} 的 CPU 时间。',
  },
  noiseThinned: {
    en: 'A point stands for {trials} trials: the most disturbed of them.',
    zh: '每个点代表 {trials} 次试验中受干扰最大的一次。',
  },
  noiseNone: { en: 'No sentinel was run.', zh: '未运行哨兵内核。' },

  configurations: { en: 'Every configuration', zh: '全部配置' },
  trials: { en: 'Every trial', zh: '全部试验' },
  trialsLead: {
    en: 'One row is one fresh process. Open a row for its raw samples. Voided trials are kept here and count nowhere.',
    zh: '每行是一个全新进程。展开一行可查看原始样本。作废的试验保留在此，但不计入任何结果。',
  },
  excluded: { en: 'What was not tried, and why', zh: '未尝试的内容及原因' },
  excludedNone: { en: 'Everything that was asked for was tried.', zh: '所有要求的内容都已尝试。' },
  remake: { en: 'How to remake this', zh: '如何重做' },
  remakeReport: { en: 'This page, from files alone', zh: '仅用文件重做本页' },
  remakeRun: { en: 'The run', zh: '重做运行' },
  remakeNote: {
    en: 'The order of trials comes from seed {seed}; speeds come from the machine and differ a little each time.',
    zh: '试验顺序由种子 {seed} 决定；速度取决于机器，每次略有不同。',
  },
} as const;
