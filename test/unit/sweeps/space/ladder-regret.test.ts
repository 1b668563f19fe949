import { describe, expect, it } from 'vitest';
import { SERVER_KINDS } from '../../../helpers/search/servers/kinds.js';
import { ladderRegrets } from '../../../helpers/search/servers/ladder.js';

describe('the thread ladder of a simulated server', () => {
  it.each(SERVER_KINDS)('$name: costs at most 1 % at the best in nine of ten', async (kind) => {
    const { regrets } = await ladderRegrets(kind, 30);
    expect(regrets[26]).toBeLessThan(0.01);
  });
});
