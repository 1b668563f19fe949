import type { Segment } from '../protocol.js';
import type { ReasoningMode } from '../text/think-splitter.js';

export type ChatMessage = { role: 'system' | 'user' | 'assistant'; content: string };

/**
 * How a conversation becomes a prompt. Markers are `special` segments and all that comes from the client is not, so
 * that a message cannot forge a turn. Begin-of-sentence is put in front by the worker.
 */
export type ChatTemplate = {
  name: string;
  /** How the answer to a rendered prompt begins. */
  reasoning(thinks: boolean): ReasoningMode;
  /** `thinks: false` asks for an answer without reasoning, where the model has a way to say so. */
  render(messages: readonly ChatMessage[], thinks: boolean): Segment[];
};

export const marker = (text: string): Segment => ({ text, special: true });
export const written = (text: string): Segment => ({ text, special: false });
