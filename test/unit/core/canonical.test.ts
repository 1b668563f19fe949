import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, shortHash } from '../../../src/core/canonical.js';

describe('canonicalJson', () => {
  it('orders keys at every depth and leaves lists as they are', () =>
    expect(canonicalJson({ b: [2, 1], a: { d: null, c: 'x' } })).toBe('{"a":{"c":"x","d":null},"b":[2,1]}'));

  it('leaves out what JSON leaves out', () =>
    expect(canonicalJson({ a: undefined, b: [undefined] })).toBe(JSON.stringify({ a: undefined, b: [undefined] })));

  it('reads back as the same value, and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('shortHash', () => {
  it('is the start of the SHA-256 of the canonical text', () => {
    // printf '{"a":1}' | sha256sum
    expect(shortHash({ a: 1 })).toBe('015abd7f5cc5');
    expect(shortHash({ a: 1 }, 16)).toBe('015abd7f5cc57a2d');
  });

  it('tells values apart', () => expect(shortHash({ a: 1 })).not.toBe(shortHash({ a: '1' })));
});
