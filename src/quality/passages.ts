import type { Session } from '../core/engine.js';

/**
 * The tokens of each passage of a text, BOS first when the model has one. Passages are separated by empty lines, and are
 * evaluated each in a context of its own; one that is longer than the context is cut into pieces that fit.
 * @param contextTokens tokens that one passage may have, BOS included
 */
export function passagesOf(session: Session, text: string, contextTokens: number): number[][] {
  const { bosToken } = session.describe();
  const start = bosToken === null ? [] : [bosToken];
  return text
    .split(/\n\s*\n/)
    .map((passage) => passage.trim())
    .filter((passage) => passage !== '')
    .flatMap((passage) => cut(session.tokenize(passage, { special: false }), contextTokens - start.length))
    .map((tokens) => [...start, ...tokens])
    .filter((tokens) => tokens.length > 1);
}

function cut(tokens: readonly number[], length: number): number[][] {
  const pieces: number[][] = [];
  for (let from = 0; from < tokens.length; from += length) pieces.push(tokens.slice(from, from + length));
  return pieces;
}
