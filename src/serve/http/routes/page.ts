import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { table } from '../../../core/table.js';

const FOLDER = new URL('../../ui/', import.meta.url);
const FILES = [
  'chat.css',
  'chat.js',
  'answer-view.js',
  'api.js',
  'conversations.js',
  'element.js',
  'files.js',
  'language.js',
  'markdown.js',
  'settings.js',
  'texts.js',
  'icon.svg',
];
/** Libraries of the page, from their packages: nothing is asked of other servers. */
const LIBRARIES = { marked: 'lib/marked.esm.js', katex: 'dist/katex.mjs' };
const TYPES: Record<string, string> = table({
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
});

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
  const serve = (path: string, file: URL) => {
    const content = readFileSync(file);
    app.get(path, { config: { isPublic: true } }, async (_request, reply) =>
      reply.headers({ ...HEADERS, 'content-type': TYPES[extname(file.pathname)]! }).send(content),
    );
  };
  serve('/', new URL('index.html', FOLDER));
  for (const file of FILES) serve(`/ui/${file}`, new URL(file, FOLDER));
  for (const [name, file] of Object.entries(LIBRARIES))
    serve(`/ui/vendor/${name}.js`, pathToFileURL(join(packageFolder(name), file)));
}

const packageFolder = (name: string): string => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
