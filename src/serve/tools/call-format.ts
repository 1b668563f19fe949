import type { Segment } from '../protocol.js';
import type { ChatTemplate } from '../template/chat-template.js';

/** How a model writes a call: these texts around the name and around the arguments. */
export type CallFormat = { before: string; between: string; after: string };

/**
 * For models whose template knows no tools, and for those that call in special tokens, which no text can stand for: Hermes'
 * format, which most open models have seen.
 */
export const GENERIC_FORMAT: CallFormat = {
  before: '<tool_call>\n{"name": "',
  between: '", "arguments": ',
  after: '}\n</tool_call>',
};

export type ToolTemplate = {
  /** The template itself shows the model its tools. */
  knowsTools: boolean;
  format: CallFormat;
};

const NAME = 'r1tuneprobe';
const KEY = 'r1tunekey';
const PROBE_TOOL = {
  type: 'function',
  function: {
    name: NAME,
    description: '',
    parameters: { type: 'object', properties: { [KEY]: { type: 'string' } }, required: [KEY] },
  },
};
const USER = { role: 'user', content: 'Hi' } as const;
const CALL = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call00001', type: 'function', function: { name: NAME, arguments: `{"${KEY}": "v"}` } }],
} as const;

const known = new WeakMap<ChatTemplate, ToolTemplate>();

/** Found out by rendering a conversation with a call in it. */
export function toolTemplateOf(template: ChatTemplate): ToolTemplate {
  const found = known.get(template) ?? probe(template);
  known.set(template, found);
  return found;
}

function probe(template: ChatTemplate): ToolTemplate {
  const knowsTools = shows(template);
  const format = knowsTools ? formatOf(template) : undefined;
  // A template that shows tools but not how they are called leaves the model without a format.
  return format ? { knowsTools: true, format } : { knowsTools: false, format: GENERIC_FORMAT };
}

function shows(template: ChatTemplate): boolean {
  try {
    return textOf(template.render({ messages: [USER], tools: [PROBE_TOOL] }).segments).includes(NAME);
  } catch {
    return false;
  }
}

/** What the template puts around the call that it did not put around the tools. */
function formatOf(template: ChatTemplate): CallFormat | undefined {
  try {
    const ask = (messages: Parameters<ChatTemplate['render']>[0]['messages']) =>
      template.render({ messages, tools: [PROBE_TOOL], addGenerationPrompt: false }).segments;
    const segments = ask([USER, CALL]);
    const whole = textOf(segments);
    const opened = textOf(template.render({ messages: [USER], tools: [PROBE_TOOL] }).segments);
    const [, before, between, after] = ROUND.exec(whole.slice(commonStart(whole, opened))) ?? [];
    if (before === undefined || before.trim() === '') return undefined;
    const format = { before: before.trimStart(), between: between!, after: trimmedEnd(after!) };
    return isPlain(segments, format) ? format : undefined;
  } catch {
    return undefined;
  }
}

const ROUND = new RegExp(`^([\\s\\S]*?)${NAME}([\\s\\S]*?)\\{\\s*"${KEY}":\\s*"v"\\s*\\}([\\s\\S]*)$`);

function commonStart(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** What closes the call itself, without the end of the turn. */
const trimmedEnd = (text: string): string => /^[\s)\]}]*(?:\n?<\/[\w]+>)?/.exec(text)![0].trimEnd();

/** Special tokens give no text while a model writes: only a format without them can be followed. */
function isPlain(segments: readonly Segment[], { before, between, after }: CallFormat): boolean {
  const special = segments.filter(({ special }) => special).map(({ text }) => text);
  const marks = special.flatMap((text) => text.match(/<[|｜][^>]*[|｜]>|\[[A-Z_]+\]/g) ?? []);
  return ![before, between, after].some((part) => marks.some((mark) => part.includes(mark)));
}

const textOf = (segments: readonly Segment[]): string => segments.map(({ text }) => text).join('');
