import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { strftime } from './strftime.js';

/** Python's range(). */
function range(first: number, end?: number, step = 1): number[] {
  const [from, to] = end === undefined ? [0, first] : [first, end];
  if (step === 0) throw new Error('range() arg 3 must not be zero');
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);
}

/** What transformers gives to a chat template beside its variables (utils/chat_template_utils.py). */
function globals(): Record<string, unknown> {
  return {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range,
    strftime_now: (format: string) => strftime(new Date(), format),
    raise_exception: (message: string) => {
      throw new TemplateRaised(message);
    },
  };
}

/** What a template itself said against a conversation. */
export class TemplateRaised extends Error {}

export type JinjaProgram = (variables: Readonly<Record<string, unknown>>) => string;

/** A template in Jinja, as transformers compiles it (trim_blocks, lstrip_blocks). Throws for text that is not Jinja. */
export function compileJinja(source: string): JinjaProgram {
  const program = parse(tokenize(source, { trim_blocks: true, lstrip_blocks: true }));
  return (variables) => {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals(), ...variables }))
      if (value !== undefined) environment.set(name, value);
    return String(new Interpreter(environment).run(program).value);
  };
}
