/** DeepSeek's advice for R1 and its distillations (model card): temperature 0.5 to 0.7, 0.6 recommended, top-p 0.95. */
export const DEFAULT_SAMPLING = { temperature: 0.6, top_p: 0.95, top_k: 0, min_p: 0 } as const;
