import { describe, expect, it } from 'vitest';
import { ERRORS, R1Error } from '../../../src/core/errors.js';

describe('R1Error', () => {
  it('takes exit and mend from the table unless it has a better mend', () => {
    const plain = new R1Error('MODEL_NOT_FOUND', 'No file x.gguf.');
    expect(plain.exit).toBe(2);
    expect(plain.mend).toBe(ERRORS.MODEL_NOT_FOUND.mend);
    expect(new R1Error('USAGE', 'm', { mend: 'Do this.' }).mend).toBe('Do this.');
  });
});
