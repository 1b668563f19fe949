import * as z from 'zod';
import { chatRequestSchema } from './chat-request.js';
import { completionRequestSchema } from './completion-request.js';
import { countRequestSchema, messagesRequestSchema } from './messages/request.js';
import {
  chatAnswerSchema,
  chatChunkSchema,
  completionAnswerSchema,
  completionChunkSchema,
  errorSchema,
  healthSchema,
  modelListSchema,
  modelSchema,
} from './response-schema.js';
import { responsesRequestSchema } from './responses/request.js';
import { detokenizeSchema, templateSchema, tokenizeSchema } from './tooling-request.js';

const SCHEMAS = {
  ChatRequest: chatRequestSchema,
  CompletionRequest: completionRequestSchema,
  MessagesRequest: messagesRequestSchema,
  CountRequest: countRequestSchema,
  ResponsesRequest: responsesRequestSchema,
  TokenizeRequest: tokenizeSchema,
  DetokenizeRequest: detokenizeSchema,
  TemplateRequest: templateSchema,
  ChatAnswer: chatAnswerSchema,
  ChatChunk: chatChunkSchema,
  CompletionAnswer: completionAnswerSchema,
  CompletionChunk: completionChunkSchema,
  ModelList: modelListSchema,
  Model: modelSchema,
  Error: errorSchema,
  Health: healthSchema,
};
type SchemaName = keyof typeof SCHEMAS;

const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });
const json = (name: SchemaName) => ({ 'application/json': { schema: ref(name) } });
const failure = { description: 'Refused; the body says why.', content: json('Error') };

function generation(operationId: string, summary: string, request: SchemaName, answer: SchemaName, chunk: SchemaName) {
  const stream = { 'text/event-stream': { schema: ref(chunk) } };
  return {
    post: {
      operationId,
      summary,
      requestBody: { required: true, content: json(request) },
      responses: {
        200: {
          description: 'The answer, or its chunks as events that end in [DONE].',
          content: { ...json(answer), ...stream },
        },
        ...Object.fromEntries([400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503, 504].map((s) => [s, failure])),
      },
    },
  };
}

/** Routes whose answers are described by the API that they follow. */
const asking = (operationId: string, summary: string, request: SchemaName) => ({
  post: {
    operationId,
    summary,
    requestBody: { required: true, content: json(request) },
    responses: {
      200: { description: 'The answer.', content: { 'application/json': { schema: { type: 'object' } } } },
      ...Object.fromEntries([400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503, 504].map((s) => [s, failure])),
    },
  },
});

const reading = (operationId: string, summary: string, content: object, isPublic = false) => ({
  get: {
    operationId,
    summary,
    ...(isPublic ? { security: [] } : {}),
    responses: {
      200: { description: 'Yes.', content },
      ...(isPublic ? { 503: { description: 'No.', content } } : { 401: failure, 403: failure, 404: failure }),
    },
  },
});

/** The description of this server in OpenAPI 3.1. Request schemas are those that requests are checked with. */
export function openApiDocument(version: string, needsKey: boolean) {
  const text = { 'text/plain': { schema: { type: 'string' } } };
  const probe = (id: string, summary: string) => reading(id, summary, json('Health'), true);
  const idParameter = { name: 'model', in: 'path', required: true, schema: { type: 'string' } };
  return {
    openapi: '3.1.0',
    info: { title: 'r1-tune server', version, license: { name: 'MIT', identifier: 'MIT' } },
    ...(needsKey ? { security: [{ key: [] }] } : {}),
    paths: {
      '/v1/chat/completions': generation('chat', 'Answer a conversation.', 'ChatRequest', 'ChatAnswer', 'ChatChunk'),
      '/v1/completions': generation(
        'complete',
        'Go on with a text.',
        'CompletionRequest',
        'CompletionAnswer',
        'CompletionChunk',
      ),
      '/v1/messages': asking('messages', 'Answer a conversation, as the Anthropic API has it.', 'MessagesRequest'),
      '/v1/messages/count_tokens': asking('count', 'Tokens of such a conversation.', 'CountRequest'),
      '/v1/responses': asking(
        'respond',
        'Answer, as the OpenAI Responses API has it; nothing is stored.',
        'ResponsesRequest',
      ),
      '/tokenize': asking('tokenize', 'Tokens of a text or of a conversation.', 'TokenizeRequest'),
      '/detokenize': asking('detokenize', 'Text of tokens.', 'DetokenizeRequest'),
      '/apply-template': asking('template', 'The prompt of a conversation.', 'TemplateRequest'),
      '/props': reading('props', 'What the server has and can.', {
        'application/json': { schema: { type: 'object' } },
      }),
      '/v1/models': reading('models', 'The served model.', json('ModelList')),
      '/v1/models/{model}': {
        ...reading('model', 'The served model by name.', json('Model')),
        parameters: [idParameter],
      },
      '/health': probe('health', 'As /readyz.'),
      '/livez': probe('live', 'The server runs; never depends on load.'),
      '/readyz': probe('ready', 'Requests are taken, and at the speed that the profile promises.'),
      '/metrics': reading('metrics', 'Counters for Prometheus.', text),
      '/openapi.json': reading('openapi', 'This document.', { 'application/json': { schema: { type: 'object' } } }),
    },
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, inlineSchema(schema)])),
      ...(needsKey ? { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } } : {}),
    },
  };
}

function inlineSchema(schema: z.ZodType): object {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return body;
}
