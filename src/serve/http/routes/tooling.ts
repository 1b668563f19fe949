import type { FastifyInstance } from 'fastify';
import { DEFAULT_SAMPLING } from '../../default-sampling.js';
import type { Service } from '../../service.js';
import { renderChat } from '../chat-order.js';
import type { ChatRequest } from '../chat-request.js';
import { thinkingOf } from '../thinking-fields.js';
import { checkTokenIds } from '../token-ids.js';
import { detokenizeSchema, templateSchema, tokenizeSchema } from '../tooling-request.js';
import { offeredTools } from '../tools-form.js';
import { validate } from '../validate.js';

/** What tools around a server ask: tokens, prompts and settings. */
export function toolingRoutes(app: FastifyInstance, service: Service): void {
  const { fleet } = service;
  app.post('/tokenize', async (request) => {
    const body = validate(tokenizeSchema, request.body);
    const chat = body.messages ? promptOf(service, { messages: body.messages, tools: body.tools }) : undefined;
    const text = body.content ?? body.prompt ?? '';
    const segments = chat?.segments ?? [{ text, special: body.parse_special ?? true }];
    const begins = chat !== undefined || (body.add_special ?? body.add_special_tokens ?? false);
    const tokens = await fleet.tokenize(segments, begins);
    const pieces = body.with_pieces ? await fleet.pieces(tokens) : undefined;
    return {
      tokens: pieces ? tokens.map((id, i) => ({ id, piece: shown(pieces[i]!) })) : tokens,
      count: tokens.length,
      max_model_len: fleet.current.plan.contextTokens,
    };
  });
  app.post('/detokenize', async (request) => {
    const { tokens } = validate(detokenizeSchema, request.body);
    checkTokenIds(service, { tokens });
    const content = Buffer.from((await fleet.pieces(tokens)).flat()).toString('utf8');
    return { content, prompt: content };
  });
  app.post('/apply-template', async (request) => {
    const { segments } = promptOf(service, validate(templateSchema, request.body));
    return { prompt: segments.map(({ text }) => text).join('') };
  });
  app.get('/props', async () => propsOf(service));
}

/** A piece that is no text is shown as its bytes. */
function shown(bytes: number[]): string | number[] {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text).equals(Buffer.from(bytes)) ? text : bytes;
}

type Conversation = Omit<ChatRequest, 'model'>;
function promptOf(service: Service, body: Omit<Conversation, 'model'>) {
  const request = { ...body, model: service.model.id } as ChatRequest;
  return renderChat(service, request, thinkingOf(request, service.thinkingBudget), offeredTools(request));
}

function propsOf({ fleet, model, template, version, thinkingBudget }: Service) {
  const { plan } = fleet.current;
  return {
    default_generation_settings: { n_ctx: plan.contextTokens, params: { ...DEFAULT_SAMPLING, max_tokens: -1 } },
    total_slots: fleet.slots,
    model_alias: model.id,
    model_path: plan.model.path.replace(/.*[\\/]/, ''),
    modalities: { vision: false, audio: false },
    chat_template_name: template.name,
    can_think: template.style !== null,
    thinking_budget: thinkingBudget,
    expected_decode_tokens_per_second: plan.expectedDecodeRate,
    vocabulary: fleet.description?.vocabulary ?? null,
    build_info: `r1-tune ${version}`,
  };
}
