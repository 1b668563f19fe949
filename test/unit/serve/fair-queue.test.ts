import { describe, expect, it } from 'vitest';
import { createFairQueue } from '../../../src/serve/supervisor/fair-queue.js';

const always = () => true;

describe('fair queue', () => {
  it('serves tenants in turn, each in its own order', () => {
    const queue = createFairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.push(item[0]!, item);
    const order = Array.from({ length: 6 }, () => queue.take(always));
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(queue.size).toBe(0);
  });

  it('does not let a newcomer be starved by a long line', () => {
    const queue = createFairQueue<string>();
    for (let i = 0; i < 100; i++) queue.push('greedy', `g${i}`);
    queue.take(always);
    queue.push('new', 'n');
    expect([queue.take(always), queue.take(always)]).toContain('n');
  });

  it('puts what comes back before all others', () => {
    const queue = createFairQueue<string>();
    queue.push('a', 'a1');
    queue.pushFront('back');
    expect(queue.take(always)).toBe('back');
  });

  it('passes over an item that cannot go now, and keeps it', () => {
    const queue = createFairQueue<string>();
    queue.push('a', 'heavy');
    queue.push('b', 'light');
    expect(queue.take((item) => item !== 'heavy')).toBe('light');
    expect(queue.items()).toEqual(['heavy']);
    expect(queue.remove('heavy')).toBe(true);
    expect(queue.remove('heavy')).toBe(false);
  });
});
