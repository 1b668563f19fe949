import type { Segment } from '../protocol.js';
import { Refusal } from '../refusal.js';

/** The tokens that text must not become unless the template wrote it. */
export type SpecialTokens = {
  /** Any of these texts, the longest first; null for a vocabulary without special tokens. */
  pattern: RegExp | null;
  /** Proper beginnings of them: at the end of a text, its neighbour could complete one. */
  beginnings: ReadonlySet<string>;
  /** Proper ends of them, likewise. */
  endings: ReadonlySet<string>;
  longest: number;
  /** Tokens that engines read in any text, special or not: only cutting keeps text from becoming one. */
  always: ReadonlySet<string>;
};

export function specialTokens(texts: Iterable<string>, always: Iterable<string> = []): SpecialTokens {
  const all = [...new Set([...texts, ...always])].filter((text) => text !== '').sort((a, b) => b.length - a.length);
  const beginnings = new Set<string>();
  const endings = new Set<string>();
  for (const text of all)
    for (let i = 1; i < text.length; i++) {
      beginnings.add(text.slice(0, i));
      endings.add(text.slice(i));
    }
  const escaped = all.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return {
    pattern: all.length > 0 ? new RegExp(escaped.join('|'), 'g') : null,
    beginnings,
    endings,
    longest: all[0]?.length ?? 0,
    always: new Set(always),
  };
}

/**
 * Client text on its way through a template. The first character of whatever could become a special token is replaced
 * by a character that occurs nowhere, so that special tokens found in the rendered prompt are the template's own.
 */
export class ClientText {
  /** Original character and whether the text is cut behind it → its stand-in, and back. */
  readonly #standIns = new Map<string, string>();
  readonly #originals = new Map<string, { character: string; cuts: boolean }>();
  readonly #free: Iterator<string>;

  /** `values`: everything that comes from the client. Throws a refusal for text that leaves no stand-in free. */
  constructor(
    private readonly special: SpecialTokens,
    values: unknown,
  ) {
    this.#free = unusedCharacters(JSON.stringify(values) ?? '');
  }

  /** The same values with every string made harmless. */
  mask<T>(value: T): T {
    if (typeof value === 'string') return this.#maskText(value) as T;
    if (Array.isArray(value)) return value.map((item) => this.mask(item)) as T;
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.mask(key), this.mask(item)])) as T;
  }

  /** Rendered text → what is special and what is not, with the client's characters back in place. */
  segments(rendered: string): Segment[] {
    const found: Segment[] = [];
    let end = 0;
    const plain = (text: string) => {
      for (const piece of this.#restore(text)) if (piece !== '') found.push({ text: piece, special: false });
    };
    for (const match of this.special.pattern ? rendered.matchAll(this.special.pattern) : []) {
      plain(rendered.slice(end, match.index));
      found.push({ text: match[0], special: true });
      end = match.index + match[0].length;
    }
    plain(rendered.slice(end));
    return found;
  }

  #maskText(text: string): string {
    const { pattern, always } = this.special;
    if (pattern === null) return text;
    const whole = text.replace(pattern, (token) => this.#standIn(first(token), always.has(token)) + rest(token));
    return this.#maskEnd(this.#maskBeginning(whole));
  }

  #maskBeginning(text: string): string {
    const at = text.length - text.trimStart().length;
    const isFragment = this.#lengths(text.length - at).some((n) => this.special.endings.has(text.slice(at, at + n)));
    if (!isFragment) return text;
    return text.slice(0, at) + this.#standIn(first(text.slice(at)), false) + rest(text.slice(at));
  }

  /** Every beginning of a special token that ends the text: the longest holds the others, but each could be completed. */
  #maskEnd(text: string): string {
    const end = text.trimEnd().length;
    for (const length of this.#lengths(end)) {
      const at = end - length;
      const tail = text.slice(at, end);
      if (this.special.beginnings.has(tail))
        return this.#maskEnd(text.slice(0, at) + this.#standIn(first(tail), false) + rest(text.slice(at)));
    }
    return text;
  }

  #lengths(most: number): number[] {
    return Array.from({ length: Math.min(most, this.special.longest - 1) }, (_, i) => i + 1).reverse();
  }

  #standIn(character: string, cuts: boolean): string {
    const key = `${character}${cuts}`;
    const known = this.#standIns.get(key);
    if (known !== undefined) return known;
    const { value, done } = this.#free.next();
    if (done) throw new Refusal('invalid', 'messages: the text uses up all private characters.', { param: 'messages' });
    this.#standIns.set(key, value);
    this.#originals.set(value, { character, cuts });
    return value;
  }

  /** `tojson(ensure_ascii=true)` spells a stand-in as \uXXXX. */
  #restore(text: string): string[] {
    if (this.#originals.size === 0) return [text];
    const pieces = [''];
    const spelled = text.replace(/\\u([0-9a-f]{4})/gi, (whole, code: string) => {
      const character = String.fromCharCode(Number.parseInt(code, 16));
      return this.#originals.has(character) ? character : whole;
    });
    for (const unit of spelled) {
      const original = this.#originals.get(unit);
      pieces[pieces.length - 1] += original?.character ?? unit;
      if (original?.cuts) pieces.push('');
    }
    return pieces;
  }
}

const first = (text: string): string => String.fromCodePoint(text.codePointAt(0)!);
const rest = (text: string): string => text.slice(first(text).length);

/** Noncharacters and private-use characters that are not in the text. */
function* unusedCharacters(text: string): Generator<string, void> {
  const used = new Set(text);
  for (const [from, to] of [
    [0xfdd0, 0xfdef],
    [0xe000, 0xf8ff],
  ] as const)
    for (let code = from; code <= to; code++) {
      const character = String.fromCharCode(code);
      if (!used.has(character)) yield character;
    }
}
