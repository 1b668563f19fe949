import type OpenAI from 'openai';
import { describe, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import type { chatRequestSchema } from '../../../src/serve/http/chat-request.js';
import type { completionRequestSchema } from '../../../src/serve/http/completion-request.js';
import type {
  chatAnswerSchema,
  chatChunkSchema,
  completionAnswerSchema,
  completionChunkSchema,
  modelSchema,
} from '../../../src/serve/http/response-schema.js';

/**
 * The types of the openai package are made from the published description of the API. What they take, ours must be:
 * checked by the compiler (`npm run types`). That answers are of our schemas is test/process/serve/conformance.test.ts.
 */

describe('our answers are answers of the OpenAI API', () => {
  it('chat', () => {
    expectTypeOf<z.infer<typeof chatAnswerSchema>>().toExtend<Defined<OpenAI.ChatCompletion>>();
    expectTypeOf<z.infer<typeof chatChunkSchema>>().toExtend<Defined<OpenAI.ChatCompletionChunk>>();
  });

  it('completions', () => {
    expectTypeOf<z.infer<typeof completionAnswerSchema>>().toExtend<Completion>();
    // Chunks have the same type there, though their finish_reason is null until the last one.
    type Chunk = z.infer<typeof completionChunkSchema>;
    type Whole = Omit<Chunk, 'choices' | 'usage'> & {
      choices: (Chunk['choices'][number] & { finish_reason: 'stop' | 'length' })[];
    };
    expectTypeOf<Whole>().toExtend<Completion>();
  });

  it('models', () => {
    expectTypeOf<z.infer<typeof modelSchema>>().toExtend<OpenAI.Model>();
  });
});

describe('every field that the openai client can send is known', () => {
  it('chat and completions', () => {
    type Unknown<Theirs, Ours extends z.ZodObject> = Exclude<keyof Theirs, keyof Ours['shape']>;
    type Chat = OpenAI.ChatCompletionCreateParamsNonStreaming;
    expectTypeOf<Unknown<Chat, typeof chatRequestSchema>>().toEqualTypeOf<never>();
    type Plain = OpenAI.CompletionCreateParamsNonStreaming;
    expectTypeOf<Unknown<Plain, typeof completionRequestSchema>>().toEqualTypeOf<never>();
  });
});

/** The API gives null for the first token of an echoed prompt, which its types leave out. */
type Logprobs = Omit<OpenAI.CompletionChoice.Logprobs, 'token_logprobs' | 'top_logprobs'> & {
  token_logprobs?: (number | null)[];
  top_logprobs?: (Record<string, number> | null)[];
};
type Completion = Omit<OpenAI.Completion, 'choices'> & {
  choices: (Omit<OpenAI.CompletionChoice, 'logprobs'> & { logprobs: Logprobs | null })[];
};

/** Our optional fields may be undefined for the compiler; JSON has no such thing. */
type Defined<T> = T extends (infer Item)[]
  ? Defined<Item>[]
  : T extends object
    ? { [Key in keyof T]: Defined<T[Key]> | (undefined extends T[Key] ? undefined : never) }
    : T;
