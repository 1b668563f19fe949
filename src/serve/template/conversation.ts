import type { ChatMessage } from './chat-template.js';
import type { JinjaProgram } from './jinja.js';

/** What forms of messages a template can read, found out by rendering a few. */
export type TemplateReads = {
  /** Content as one string; else as a list of parts. */
  text: boolean;
  /** Arguments of a tool call as an object, as transformers has it; else as JSON text. */
  objectArguments: boolean;
  developer: boolean;
};

const PROBE = 'r1tuneprobe';
const PLAIN = { tools: null, documents: null, add_generation_prompt: true };

const tryRender = (program: JinjaProgram, variables: Record<string, unknown>): string | Error => {
  try {
    return program({ ...PLAIN, ...variables });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

const shows = (program: JinjaProgram, variables: Record<string, unknown>, text: string): boolean => {
  const rendered = tryRender(program, variables);
  return typeof rendered === 'string' && rendered.includes(text);
};

/** Throws what the template says against the plainest conversation there is, or that it drops the text. */
export function probeTemplate(program: JinjaProgram, source: string, given: Record<string, unknown>): TemplateReads {
  const user = (content: unknown) => ({ role: 'user', content });
  const text = shows(program, { ...given, messages: [user(PROBE)] }, PROBE);
  const parts = [{ type: 'text', text: PROBE }];
  if (!text && !shows(program, { ...given, messages: [user(parts)] }, PROBE))
    throw reasonOf(program, given, user(PROBE));
  const call = (args: unknown) => ({
    ...given,
    messages: [
      user(text ? 'Hi' : [{ type: 'text', text: 'Hi' }]),
      {
        role: 'assistant',
        content: text ? '' : [],
        tool_calls: [{ id: 'call00001', type: 'function', function: { name: 'f', arguments: args } }],
      },
    ],
    add_generation_prompt: false,
  });
  const objectArguments =
    shows(program, call({ [PROBE]: '1' }), PROBE) || !shows(program, call(JSON.stringify({ [PROBE]: '1' })), PROBE);
  return { text, objectArguments, developer: source.includes('developer') };
}

function reasonOf(program: JinjaProgram, given: Record<string, unknown>, message: unknown): Error {
  const rendered = tryRender(program, { ...given, messages: [message] });
  return rendered instanceof Error ? rendered : new Error("it leaves out the user's text");
}

/** A message in the form that the template reads. */
export function formed({ content, role, tool_calls: calls, ...message }: ChatMessage, reads: TemplateReads): object {
  const text = typeof content === 'string' || content === null ? content : content.map((part) => part.text).join('');
  const isList = !reads.text && text !== null;
  return {
    role: role === 'developer' && !reads.developer ? 'system' : role,
    content: isList ? [{ type: 'text', text }] : text,
    ...message,
    ...(calls && calls.length > 0 ? { tool_calls: calls.map((call) => formedCall(call, reads)) } : {}),
  };
}

type ToolCall = NonNullable<ChatMessage['tool_calls']>[number];

function formedCall({ function: { name, arguments: args }, ...call }: ToolCall, reads: TemplateReads): object {
  return { ...call, function: { name, arguments: reads.objectArguments ? parsed(args) : args } };
}

/** Arguments that are no JSON were written by a model: they stay what they are. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
