import { R1Error } from '../../core/errors.js';
import { Refusal } from '../refusal.js';
import type { ReasoningStyle } from '../text/reasoning-style.js';
import type { ChatTemplate, RenderedChat, RenderRequest } from './chat-template.js';
import { ClientText, type SpecialTokens, specialTokens } from './client-text.js';
import { formed, probeTemplate, type TemplateReads } from './conversation.js';
import { cutAfterFinal } from './final-message.js';
import { compileJinja, type JinjaProgram } from './jinja.js';
import {
  reasoningModeAfter,
  reasoningModeWithin,
  reasoningStyleOf,
  thinkingVariables,
  withoutThinking,
} from './reasoning.js';

/** A template in Jinja and what it is called in errors: the file it stands in, and its name there. */
export type TemplateSource = {
  name: string;
  source: string;
  /** Further texts that are special tokens where the template writes them. */
  marks?: readonly string[];
};

/** What of a vocabulary a template must know. */
export type TemplateVocabulary = {
  /** Text of begin- and end-of-sentence; empty where there is none. */
  bosToken: string;
  eosToken: string;
  /** Control tokens: read as tokens only where the template wrote them. */
  control: readonly string[];
  /** Added tokens that engines read in any text. */
  userDefined: readonly string[];
};

type Compiled = {
  program: JinjaProgram;
  source: string;
  reads: TemplateReads;
  tokens: Record<string, unknown>;
  special: SpecialTokens;
  style: ReasoningStyle | null;
  hasSwitch: boolean;
};

/**
 * The model's own template, in Jinja. Throws `MODEL_UNSUPPORTED`, naming the template, when it cannot be read or does
 * not take the plainest conversation: a prompt in another form than the model learned would be worse than none.
 */
export function createModelTemplate(
  template: TemplateSource,
  vocabulary: TemplateVocabulary,
  { needsTools = false } = {},
): ChatTemplate {
  const compiled = compile(template, vocabulary, needsTools ? [PROBE_TOOL] : null);
  return { name: template.name, style: compiled.style, render: (request) => render(compiled, request) };
}

/** For templates that are made for conversations with tools and no others. */
const PROBE_TOOL = {
  type: 'function',
  function: { name: 'f', description: '', parameters: { type: 'object', properties: {}, required: [] } },
};

function compile(
  { name, source, marks = [] }: TemplateSource,
  vocabulary: TemplateVocabulary,
  tools: unknown,
): Compiled {
  const tokens = { bos_token: vocabulary.bosToken, eos_token: vocabulary.eosToken };
  try {
    const program = compileJinja(source);
    const reads = probeTemplate(program, source, { ...tokens, tools });
    const known = new Set([...vocabulary.control, ...vocabulary.userDefined]);
    const style = reasoningStyleOf(source, (text) => known.has(text));
    const special = specialTokens(
      [...vocabulary.control, ...marks],
      [...turnMarkers(source, vocabulary.userDefined), ...vocabulary.control.filter(isHarmony)],
    );
    return {
      program,
      source,
      reads,
      tokens,
      special,
      style,
      hasSwitch: switches(program, reads, { ...base(tokens), tools }),
    };
  } catch (cause) {
    throw new R1Error(
      'MODEL_UNSUPPORTED',
      `The chat template ${name} cannot be rendered: ${(cause as Error).message}.`,
      {
        fix: 'Give another with --chat-template FILE, or one of the built-in ones by name.',
        cause,
      },
    );
  }
}

/** llama.cpp reads harmony's marks in any text, as it does added tokens (src/llama-vocab.cpp). */
const isHarmony = (text: string): boolean =>
  ['<|channel|>', '<|message|>', '<|start|>', '<|constrain|>'].includes(text);

/** `<word>` and `</word>` are what models write and users quote; other added tokens in a template mark turns. */
const turnMarkers = (source: string, userDefined: readonly string[]): string[] =>
  userDefined.filter((text) => text.trim() !== '' && source.includes(text) && !/^<\/?[a-z_]+>$/.test(text));

function switches(program: JinjaProgram, reads: TemplateReads, given: Record<string, unknown>): boolean {
  const messages = [formed({ role: 'user', content: 'Hi' }, reads)];
  const ask = (thinks: boolean) =>
    program({ ...given, messages, add_generation_prompt: true, ...thinkingVariables(thinks) });
  return ask(true) !== ask(false);
}

/** transformers always gives these two; templates ask `tools is not none`. */
const base = (tokens: Record<string, unknown>) => ({ ...tokens, tools: null, documents: null });

function render(compiled: Compiled, request: RenderRequest): RenderedChat {
  const { style, special } = compiled;
  const { thinks, continueFinalMessage = false } = request;
  const client = new ClientText(special, [request.messages, request.tools, request.variables]);
  const variables = variablesOf(compiled, request, client);
  const rendered = run(compiled.program, variables);
  const last = request.messages.at(-1);
  if (continueFinalMessage && last) {
    const [content] = client.mask([textOf(last.content)]);
    const reasoning = reasoningModeWithin(textOf(last.content), style);
    return { segments: client.segments(cutAfterFinal(rendered, content!)), reasoning };
  }
  const opensTurn = request.addGenerationPrompt ?? true;
  const prompt = rendered + (thinks === false && opensTurn ? withoutThinking(rendered, style, compiled) : '');
  return { segments: client.segments(prompt), reasoning: reasoningModeAfter(prompt, style) };
}

const textOf = (content: RenderRequest['messages'][number]['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('');

function variablesOf({ tokens, reads }: Compiled, request: RenderRequest, client: ClientText): Record<string, unknown> {
  const { messages, tools, thinks, effort, variables, addGenerationPrompt, continueFinalMessage } = request;
  return {
    ...base(tokens),
    ...(tools && tools.length > 0 ? { tools: client.mask(tools) } : {}),
    add_generation_prompt: !continueFinalMessage && (addGenerationPrompt ?? true),
    ...thinkingVariables(thinks),
    ...(effort === undefined ? {} : { reasoning_effort: effort }),
    ...client.mask(variables ?? {}),
    messages: messages.map((message) => client.mask(formed(message, reads))),
  };
}

/** What a template has against a conversation is the client's to know. */
function run(program: JinjaProgram, variables: Record<string, unknown>): string {
  try {
    return program(variables);
  } catch (cause) {
    throw new Refusal('invalid', `messages: the model's chat template says: ${(cause as Error).message}`, {
      param: 'messages',
    });
  }
}
