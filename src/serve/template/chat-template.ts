import type { Segment } from '../protocol.js';
import type { ReasoningMode, ReasoningStyle } from '../text/reasoning-style.js';

export type TextPart = { type: 'text'; text: string };
/** A message as the OpenAI API has it. Keys that a client did not give stay away: templates ask whether they are there. */
export type ChatMessage = {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  content: string | readonly TextPart[] | null;
  name?: string;
  /** What the model thought before this answer. */
  reasoning_content?: string;
  /** `arguments` is JSON as text. */
  tool_calls?: readonly { id: string; type: 'function'; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
};

export type RenderRequest = {
  messages: readonly ChatMessage[];
  /** Function definitions as in the OpenAI API; none or an empty list render as none. */
  tools?: readonly unknown[];
  /** False asks for an answer without reasoning and true for one with it, where the model has a way to say so. */
  thinks?: boolean;
  effort?: string;
  /** `chat_template_kwargs`: variables of the template; they win over what is set from other fields. */
  variables?: Readonly<Record<string, unknown>>;
  /** Whether the turn of the assistant is opened at the end; true when absent. */
  addGenerationPrompt?: boolean;
  /** The last message is the beginning of the answer: the prompt ends where its text ends. */
  continueFinalMessage?: boolean;
};

/** `reasoning`: how the answer to this prompt begins. */
export type RenderedChat = { segments: Segment[]; reasoning: ReasoningMode };

/**
 * How a conversation becomes a prompt. Markers are `special` segments, and nothing that comes from the client is in
 * one, so that a message cannot forge a turn. Begin-of-sentence is put in front by the worker where it is missing.
 */
export type ChatTemplate = {
  name: string;
  /** How the model sets its reasoning apart; null for a model that has no way to. */
  style: ReasoningStyle | null;
  /** Throws a `Refusal` with the template's own words for a conversation it does not take. */
  render(request: RenderRequest): RenderedChat;
};

export const marker = (text: string): Segment => ({ text, special: true });
export const written = (text: string): Segment => ({ text, special: false });
