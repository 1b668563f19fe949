/**
 * Every way a request can be refused: HTTP status, the `type` and `code` of the OpenAI error body, and whether the same
 * request can succeed later. Permanent ones carry `x-should-retry: false`, which the openai clients obey.
 */
export const REFUSALS = {
  invalid: { status: 400, type: 'invalid_request_error', code: 'invalid_value', isPermanent: true },
  malformed: { status: 400, type: 'invalid_request_error', code: 'malformed_json', isPermanent: true },
  unsupported: { status: 400, type: 'invalid_request_error', code: 'unsupported_parameter', isPermanent: true },
  contextLength: { status: 400, type: 'invalid_request_error', code: 'context_length_exceeded', isPermanent: true },
  schemaCost: { status: 400, type: 'invalid_request_error', code: 'schema_too_complex', isPermanent: true },
  unauthorized: { status: 401, type: 'invalid_request_error', code: 'invalid_api_key', isPermanent: true },
  forbidden: { status: 403, type: 'invalid_request_error', code: 'forbidden', isPermanent: true },
  unknownModel: { status: 404, type: 'invalid_request_error', code: 'model_not_found', isPermanent: true },
  unknownRoute: { status: 404, type: 'invalid_request_error', code: 'unknown_url', isPermanent: true },
  method: { status: 405, type: 'invalid_request_error', code: 'method_not_allowed', isPermanent: true },
  slowRequest: { status: 408, type: 'invalid_request_error', code: 'request_timeout', isPermanent: true },
  tooLarge: { status: 413, type: 'invalid_request_error', code: 'request_too_large', isPermanent: true },
  mediaType: { status: 415, type: 'invalid_request_error', code: 'unsupported_media_type', isPermanent: true },
  headersTooLarge: { status: 431, type: 'invalid_request_error', code: 'headers_too_large', isPermanent: true },
  quarantined: { status: 422, type: 'invalid_request_error', code: 'request_quarantined', isPermanent: true },
  keyLimit: { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded', isPermanent: false },
  workerLost: { status: 500, type: 'server_error', code: 'worker_lost', isPermanent: true },
  engine: { status: 500, type: 'server_error', code: 'engine_error', isPermanent: true },
  internal: { status: 500, type: 'server_error', code: 'internal_error', isPermanent: true },
  queueFull: { status: 503, type: 'server_error', code: 'queue_full', isPermanent: false },
  tooLate: { status: 503, type: 'server_error', code: 'cannot_finish_in_time', isPermanent: false },
  loading: { status: 503, type: 'server_error', code: 'model_loading', isPermanent: false },
  draining: { status: 503, type: 'server_error', code: 'shutting_down', isPermanent: false },
  deadline: { status: 504, type: 'server_error', code: 'deadline_exceeded', isPermanent: true },
} as const;
export type RefusalReason = keyof typeof REFUSALS;

/** A request that is not served, with what the client is told. */
export class Refusal extends Error {
  readonly reason: RefusalReason;
  /** The field of the request that is wrong. */
  readonly param: string | null;
  readonly retryAfterSeconds: number | undefined;
  /** Of the error body: that of the reason, or a narrower one. */
  readonly code: string;

  constructor(
    reason: RefusalReason,
    message: string,
    options: { param?: string; retryAfterSeconds?: number; code?: string } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.reason = reason;
    this.param = options.param ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.code = options.code ?? REFUSALS[reason].code;
  }

  get row(): (typeof REFUSALS)[RefusalReason] {
    return REFUSALS[this.reason];
  }

  /** The body of the OpenAI API. */
  get body() {
    return { error: { message: this.message, type: this.row.type, param: this.param, code: this.code } };
  }
}
