import { type ReasoningMode, type ReasoningStyle, THINK_TAGS } from '../text/reasoning-style.js';

const tags = (open: string, close: string): ReasoningStyle => ({ kind: 'tags', open, close });

/** Pairs that are no tag and closing tag of one name: Cohere, Apertus, Gemma 4, Apriel, LightThinker and others. */
const IRREGULAR = [
  tags('<|START_THINKING|>', '<|END_THINKING|>'),
  tags('<|inner_prefix|>', '<|inner_suffix|>'),
  tags('<|channel>thought\n', '<channel|>'),
  tags('Here are my reasoning steps:\n', '[BEGIN FINAL RESPONSE]'),
  tags('<|begin_of_thought|>', '<|end_of_thought|>'),
  tags('<|think_start|>', '<|think_end|>'),
  tags('<|begin_think|>', '<|end_think|>'),
];
/** A closing tag whose name speaks of thinking: </think>, [/THINK], ◁/think▷, </seed:think>, </thought>, </reasoning>. */
const CLOSING = /([<[◁])\/([\w:]*(?:think|thought|reason)\w*)([>\]▷])/gi;

/**
 * How the model of this template sets its reasoning apart: read from the template, and where that is silent from the
 * vocabulary (a token for the opening and one for the closing). Null when neither knows.
 */
export function reasoningStyleOf(source: string, hasToken: (text: string) => boolean): ReasoningStyle | null {
  if (source.includes('<|channel|>') && source.includes('<|message|>')) return { kind: 'channels' };
  const irregular = IRREGULAR.find((style) => style.kind === 'tags' && source.includes(style.close));
  if (irregular) return irregular;
  const inTemplate = [...source.matchAll(CLOSING)].map(([close, left, name, right]) =>
    tags(`${left}${name}${right}`, close),
  );
  const think = inTemplate.find((style) => style.kind === 'tags' && style.close === THINK_TAGS.close);
  if (think ?? inTemplate[0]) return think ?? inTemplate[0]!;
  const known: ReasoningStyle[] = [THINK_TAGS, tags('[THINK]', '[/THINK]'), ...IRREGULAR.slice(0, 2)];
  return known.find((style) => style.kind === 'tags' && hasToken(style.open) && hasToken(style.close)) ?? null;
}

/** How an answer to this prompt begins. */
export function reasoningModeAfter(prompt: string, style: ReasoningStyle | null): ReasoningMode {
  if (style === null) return 'off';
  if (style.kind === 'channels') return 'auto';
  const end = prompt.trimEnd();
  if (end.endsWith(style.open.trimEnd())) return 'open';
  return end.endsWith(style.close) ? 'off' : 'auto';
}

/** After a message that is to go on: inside reasoning when it opened one and did not close it. */
export function reasoningModeWithin(message: string, style: ReasoningStyle | null): ReasoningMode {
  if (style?.kind !== 'tags') return style === null ? 'off' : 'auto';
  return message.lastIndexOf(style.open) > message.lastIndexOf(style.close) ? 'open' : 'off';
}

/** Variables by which templates are told to think or not; those that a template does not know do nothing. */
export const thinkingVariables = (thinks: boolean | undefined): Record<string, unknown> =>
  thinks === undefined
    ? {}
    : { enable_thinking: thinks, thinking: thinks, thinking_mode: thinks ? 'thinking' : 'chat' };

/**
 * What goes after a prompt so that the model does not think: reasoning that is already over, as DeepSeek-R1 and its kin
 * take it. Nothing where the template has done that itself, or has another way (`hasSwitch`).
 */
export function withoutThinking(
  prompt: string,
  style: ReasoningStyle | null,
  { source, hasSwitch }: { source: string; hasSwitch: boolean },
): string {
  if (style?.kind !== 'tags') return '';
  const mode = reasoningModeAfter(prompt, style);
  if (mode === 'open') return prompt.endsWith('\n') ? `\n${style.close}\n\n` : style.close;
  const isInTemplate = source.includes(style.open) || source.includes(style.close);
  return mode === 'auto' && isInTemplate && !hasSwitch ? `${style.open}\n\n${style.close}\n\n` : '';
}
