import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance } from 'fastify';

const FOLDER = new URL('../../ui/', import.meta.url);
const FILES = ['chat.css', 'chat.js', 'api.js', 'answer-view.js', 'language.js', 'texts.js', 'icon.svg'];
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing from elsewhere and nothing inline: a model's text can never become a script. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

/** The chat page. It holds no secret and answers without a key; what it asks for needs one. */
export function pageRoutes(app: FastifyInstance): void {
  const serve = (path: string, file: string) => {
    const content = readFileSync(new URL(file, FOLDER));
    app.get(path, { config: { isPublic: true } }, async (_request, reply) =>
      reply.headers({ ...HEADERS, 'content-type': TYPES[extname(file)]! }).send(content),
    );
  };
  serve('/', 'index.html');
  for (const file of FILES) serve(`/ui/${file}`, file);
}
