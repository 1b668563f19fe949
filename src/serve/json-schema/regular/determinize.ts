import { type CharacterSet, EVERY } from './characters.js';
import { type Expression, PatternError } from './expression.js';
import {
  type Edge,
  type Effort,
  explore,
  intersection,
  type Machine,
  negation,
  spendEffort,
  trimmed,
} from './machine.js';

/** A nondeterministic automaton as it is built: what each state leads to. */
type Way = { over: CharacterSet | 'nothing' | 'start' | 'end'; target: number };
type Net = Way[][];
const MOST_STATES = 4000;

/**
 * The texts in which a pattern is found anywhere (as JSON Schema wants it), as a machine. Looking ahead is understood where
 * all of the pattern begins. Throws `PatternError`.
 */
export function machineOf(expression: Expression, effort: Effort): Machine {
  const { looks, rest } = leadingLooks(expression);
  return looks.reduce(
    (machine, { part, isNegative }) => {
      const ahead = found({ kind: 'seq', parts: [{ kind: 'start' }, part] }, effort);
      return intersection(machine, isNegative ? negation(ahead) : ahead, effort);
    },
    trimmed(found(rest, effort)),
  );
}

type Look = Extract<Expression, { kind: 'look' }>;

function leadingLooks(expression: Expression): { looks: Look[]; rest: Expression } {
  if (expression.kind !== 'seq' || expression.parts[0]?.kind !== 'start') return { looks: [], rest: expression };
  const first = expression.parts.findIndex(({ kind }) => kind !== 'start' && kind !== 'look');
  const leading = first < 0 ? expression.parts : expression.parts.slice(0, first);
  const rest = first < 0 ? [] : expression.parts.slice(first);
  return {
    looks: leading.filter((part) => part.kind === 'look'),
    rest: { kind: 'seq', parts: [{ kind: 'start' }, ...rest] },
  };
}

function found(expression: Expression, effort: Effort): Machine {
  const net: Net = [];
  const anywhere: Expression = {
    kind: 'repeat',
    part: { kind: 'set', set: EVERY },
    min: 0,
    max: Number.POSITIVE_INFINITY,
  };
  const end = newState(net);
  const start = build({ kind: 'seq', parts: [anywhere, expression, anywhere] }, end, net);
  const atStart = reach([start], net, { start: true, end: false }, effort);
  const isAccepting = (states: readonly number[], isStart: boolean) =>
    reach(states, net, { start: isStart, end: true }, effort).includes(end);
  return explore(
    { states: atStart, isStart: true },
    ({ states, isStart }) => `${isStart}${states}`,
    ({ states, isStart }, number) => ({
      isAccepting: isAccepting(states, isStart),
      edges: edgesOf(states, net, effort).map(([low, high, targets]): Edge => {
        const next = reach(targets, net, { start: false, end: false }, effort);
        return [low, high, number({ states: next, isStart: false })];
      }),
    }),
  );
}

function newState(net: Net): number {
  if (net.length >= MOST_STATES) throw new PatternError('is too long to be enforced');
  return net.push([]) - 1;
}

/** Adds an expression before `next`, and returns where it begins. */
function build(expression: Expression, next: number, net: Net): number {
  const way = (over: Way['over'], target: number): number => {
    const state = newState(net);
    net[state]!.push({ over, target });
    return state;
  };
  switch (expression.kind) {
    case 'set':
      return way(expression.set, next);
    case 'start':
    case 'end':
      return way(expression.kind, next);
    case 'look':
      throw new PatternError('looks ahead elsewhere than where it begins with ^, which cannot be enforced');
    case 'seq':
      return expression.parts.reduceRight((after, part) => build(part, after, net), next);
    case 'alt': {
      const state = newState(net);
      for (const part of expression.parts) net[state]!.push({ over: 'nothing', target: build(part, next, net) });
      return state;
    }
    case 'repeat':
      return buildRepeat(expression, next, net);
  }
}

function buildRepeat({ part, min, max }: Extract<Expression, { kind: 'repeat' }>, next: number, net: Net): number {
  let start = next;
  if (max === Number.POSITIVE_INFINITY) {
    const loop = newState(net);
    net[loop]!.push({ over: 'nothing', target: next }, { over: 'nothing', target: build(part, loop, net) });
    start = loop;
  } else
    for (let i = min; i < max; i++) {
      const maybe = newState(net);
      net[maybe]!.push({ over: 'nothing', target: next }, { over: 'nothing', target: build(part, start, net) });
      start = maybe;
    }
  for (let i = 0; i < min; i++) start = build(part, start, net);
  return start;
}

/** All states that are reached without a character. */
function reach(from: readonly number[], net: Net, edge: { start: boolean; end: boolean }, effort: Effort): number[] {
  const seen = new Set(from);
  for (const state of seen) {
    spendEffort(effort, 1);
    for (const { over, target } of net[state]!)
      if (over === 'nothing' || (over === 'start' && edge.start) || (over === 'end' && edge.end)) seen.add(target);
  }
  return [...seen].sort((a, b) => a - b);
}

/** The characters that lead on, cut so that each piece leads to one set of states. */
function edgesOf(states: readonly number[], net: Net, effort: Effort): [number, number, number[]][] {
  const ways = states.flatMap((state) => net[state]!.filter(({ over }) => typeof over !== 'string'));
  const pieces = ways.flatMap(({ over, target }) =>
    (over as CharacterSet).map(([low, high]) => ({ low, high, target })),
  );
  const cuts = [...new Set(pieces.flatMap(({ low, high }) => [low, high + 1]))].sort((a, b) => a - b);
  spendEffort(effort, cuts.length * pieces.length);
  const edges: [number, number, number[]][] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [low, high] = [cuts[i]!, cuts[i + 1]! - 1];
    const targets = pieces.filter((piece) => piece.low <= low && piece.high >= high).map(({ target }) => target);
    if (targets.length > 0) edges.push([low, high, [...new Set(targets)]]);
  }
  return edges;
}
