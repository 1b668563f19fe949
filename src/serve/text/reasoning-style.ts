import * as z from 'zod';

/**
 * How a model sets its reasoning apart. `tags`: between two texts. `channels`: the messages of gpt-oss's harmony
 * format, `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…`.
 */
export const reasoningStyleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tags'), open: z.string(), close: z.string() }),
  z.object({ kind: z.literal('channels') }),
]);
export type ReasoningStyle = z.infer<typeof reasoningStyleSchema>;

/**
 * `open`: the prompt opened the reasoning, the text begins inside it. `auto`: the text says so itself by how it begins.
 * `off`: all of it is answer, tags included.
 */
export type ReasoningMode = 'open' | 'auto' | 'off';

export const THINK_TAGS = { kind: 'tags', open: '<think>', close: '</think>' } as const satisfies ReasoningStyle;
export const CHANNEL_MARKS = ['<|start|>', '<|channel|>', '<|message|>', '<|end|>'] as const;

/** Texts whose tokens must be seen by whoever splits the reasoning off, special or not. */
export const marksOf = (style: ReasoningStyle): readonly string[] =>
  style.kind === 'tags' ? [style.open, style.close] : CHANNEL_MARKS;

/** What is put after unfinished reasoning to make the model answer. */
export const closingOf = (style: ReasoningStyle): string =>
  style.kind === 'tags' ? `\n${style.close}\n\n` : '<|end|><|start|>assistant<|channel|>final<|message|>';
