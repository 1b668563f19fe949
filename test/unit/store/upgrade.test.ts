import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type DocumentKind, upgradeDocument } from '../../../src/store/upgrade.js';

/** A document with a history. 1: `speed` in tok/min. 2: tok/s. 3: an object with a unit. */
const KIND: DocumentKind<{ schemaVersion: 3; kind: string; speed: { value: number; unit: string } }> = {
  kind: 'r1-tune/thing',
  version: 3,
  schema: z.object({
    schemaVersion: z.literal(3),
    kind: z.string(),
    speed: z.object({ value: z.number(), unit: z.string() }),
  }),
  upgrades: {
    1: (d) => ({ ...d, schemaVersion: 2, speed: (d.speed as number) / 60 }),
    2: (d) => ({ ...d, schemaVersion: 3, speed: { value: d.speed, unit: 'tok/s' } }),
  },
  error: 'RUN_INVALID',
};
const upgrade = (document: unknown) => upgradeDocument(document, KIND, 'thing.json');
const thing = (schemaVersion: unknown, speed: unknown) => ({ kind: 'r1-tune/thing', schemaVersion, speed });

describe('upgradeDocument', () => {
  const expected = thing(3, { value: 20, unit: 'tok/s' });

  it('takes the present version as it is', () => expect(upgrade(expected)).toEqual(expected));

  it('brings older ones up step by step', () => {
    expect(upgrade(thing(2, 20))).toEqual(expected);
    expect(upgrade(thing(1, 1200))).toEqual(expected);
  });

  it('leaves the document it was given alone', () => {
    const old = Object.freeze(thing(1, 1200));
    upgrade(old);
    expect(old).toEqual(thing(1, 1200));
  });

  it('refuses a newer version, and says what to do', () => {
    expect(() => upgrade(thing(4, 1))).toThrow(
      expect.objectContaining({
        code: 'RUN_INVALID',
        message: 'thing.json has schemaVersion 4; this r1-tune knows versions up to 3.',
        fix: expect.stringContaining('Update r1-tune'),
      }),
    );
  });

  it.each([
    [null, /its "kind" is missing/],
    [[], /missing/],
    ['text', /missing/],
    [42, /missing/],
    [{ kind: 'r1-tune/run' }, /is not a r1-tune\/thing document: its "kind" is "r1-tune\/run"/],
    [thing(undefined, 1), /"schemaVersion" is missing; expected 1 to 3/],
    [thing('3', 1), /"schemaVersion" is "3"/],
    [thing(0, 1), /is 0; expected/],
    [thing(1.5, 1), /is 1\.5/],
  ])('refuses %j', (document, text) => expect(() => upgrade(document)).toThrow(text));

  it('names every field that does not fit, by its path', () => {
    const error = expect.objectContaining({
      message: expect.stringMatching(/expected number, received string[\s\S]*→ at speed\.value/),
    });
    expect(() => upgrade(thing(3, { value: 'fast', unit: 'tok/s' }))).toThrow(error);
    expect(() => upgrade(thing(3, { unit: 7 }))).toThrow(/at speed\.value[\s\S]*at speed\.unit/);
  });

  it('checks what an upgrade made', () => expect(() => upgrade(thing(1, 'fast'))).toThrow(/does not match its schema/));
});
