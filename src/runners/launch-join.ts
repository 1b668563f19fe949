import { formatCpuList, parseCpuList } from '../core/cpu-list.js';
import { greatestOf, leastOf } from '../core/extremes.js';
import type { Effective, Samples } from '../core/outcome.js';
import type { ChildReport } from './child-end.js';
import { joinResources } from './trial-resources.js';

type Done = NonNullable<ChildReport['done']>;

function joinStreams(parts: readonly NonNullable<Samples['streams']>[]): NonNullable<Samples['streams']> {
  const each = parts.flatMap((part) => part.each ?? []);
  const ends = each.map(({ startMs, decodeMs }) => startMs + decodeMs.reduce((a, b) => a + b, 0));
  return {
    sequences: parts.reduce((sum, part) => sum + part.sequences, 0),
    tokens: parts.reduce((sum, part) => sum + part.tokens, 0),
    wallMs: greatestOf(ends) - leastOf(each.map(({ startMs }) => startMs)),
    each,
  };
}

/** Requests of all replicas, their streams numbered on; undefined where there are none. */
function joinSeries(replicas: readonly Done[]): Samples['series'] {
  const all = replicas.flatMap(({ samples }, replica) =>
    (samples.series ?? []).map((request) => ({ ...request, stream: replica + request.stream * replicas.length })),
  );
  return all.length > 0 ? all : undefined;
}

const joinCpus = (lists: readonly (string | null)[]): string | null =>
  lists.includes(null) ? null : formatCpuList(lists.flatMap((list) => parseCpuList(list!)));

const joinEffective = (all: readonly Effective[]): Effective => ({
  ...all[0]!,
  cpus: joinCpus(all.map((effective) => effective.cpus)),
  memoryNodes: joinCpus(all.map((effective) => effective.memoryNodes)),
});

/** What the replicas of one trial sent, as the message of one process: the request alone from the first, the streams of all. */
export function joinDone(replicas: readonly Done[]): Done {
  const first = replicas[0]!;
  const series = joinSeries(replicas);
  return {
    ...first,
    samples: {
      ...first.samples,
      // The deployment is up when its last replica is.
      loadMs: greatestOf(replicas.map((done) => done.samples.loadMs)),
      streams: joinStreams(replicas.map((done) => done.samples.streams!)),
      ...(series ? { series } : {}),
    },
    resources: joinResources(replicas.map((done) => done.resources)),
    effective: joinEffective(replicas.map((done) => done.effective)),
  };
}
