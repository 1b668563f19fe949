import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.js';
import { NOBODY } from '../supervisor/admission.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose request it is: the name of the key, or empty without keys. */
    tenant: string;
  }
  interface FastifyContextConfig {
    /** Answers without a key. */
    isPublic?: boolean;
  }
}

export type ApiKey = { name: string; sha256: Uint8Array };

export type AccessRules = {
  /** Empty: no key is needed. */
  keys: readonly ApiKey[];
  /** Host names a request may be addressed to, without ports; null allows any. */
  hosts: readonly string[] | null;
  /** Web origins of other sites that may call; `*` allows all. */
  origins: readonly string[];
};

export const hashKey = (key: string): Uint8Array => createHash('sha256').update(key).digest();

/** Puts the checks of host, origin and key before every route. */
export function guard(app: FastifyInstance, rules: AccessRules): void {
  app.decorateRequest('tenant', NOBODY);
  app.addHook('onRequest', async (request, reply) => {
    checkHost(request, rules);
    const origin = foreignOrigin(request);
    if (origin !== undefined) {
      if (!rules.origins.includes('*') && !rules.origins.includes(origin))
        throw new Refusal('forbidden', `Pages of ${origin} may not call this server; --cors-origin allows a site.`);
      reply.header('access-control-allow-origin', origin).header('vary', 'origin');
      if (request.method === 'OPTIONS') return preflight(reply);
    }
    if (rules.keys.length > 0 && !request.routeOptions.config?.isPublic) request.tenant = tenantOf(request, rules.keys);
    return undefined;
  });
}

/** A page of another site could reach a server on loopback through a name of its own (DNS rebinding). */
function checkHost(request: FastifyRequest, { hosts }: AccessRules): void {
  if (hosts === null) return;
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!hosts.includes(name))
    throw new Refusal('forbidden', `This server does not answer to the host "${name}"; --allow-host adds one.`);
}

/** The origin of a page of another site, or undefined for this server's own page and for programs. */
function foreignOrigin(request: FastifyRequest): string | undefined {
  const { origin, host } = request.headers;
  return origin === undefined || origin === `http://${host}` || origin === `https://${host}` ? undefined : origin;
}

function preflight(reply: import('fastify').FastifyReply) {
  return reply
    .header('access-control-allow-methods', 'GET, POST')
    .header('access-control-allow-headers', '*, authorization, content-type')
    .header('access-control-max-age', '600')
    .code(204)
    .send();
}

/** As the OpenAI clients send it, or as the Anthropic ones do. */
function givenKey({ headers }: FastifyRequest): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const own = headers['x-api-key'];
  return bearer ?? (typeof own === 'string' && own !== '' ? own : undefined);
}

function tenantOf(request: FastifyRequest, keys: readonly ApiKey[]): string {
  const given = givenKey(request);
  const hash = hashKey(given ?? '');
  // Every key is compared, so that the time says nothing about which one is near.
  const match = keys.filter(({ sha256 }) => timingSafeEqual(sha256, hash))[0];
  if (given === undefined || !match)
    throw new Refusal('unauthorized', 'A valid key is needed: send "Authorization: Bearer KEY" or "X-Api-Key: KEY".');
  return match.name;
}
