import type { Measurement } from '../core/outcome.js';
import { replicaOf } from '../core/replica.js';
import { type ChildEnded, type LaunchOptions, launchChild, runTrial } from './launch.js';
import { joinDone } from './launch-join.js';
import type { TrialRequest } from './protocol.js';
import { toMeasurement } from './to-measurement.js';

/** A place where `count` processes wait for one another, again and again: the returned call resolves when all have come. */
export function meetingPlace(count: number): () => Promise<void> {
  let waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length < count) return;
      const all = waiting;
      waiting = [];
      for (const go of all) go();
    });
}

type Replica = { request: TrialRequest; ended: ChildEnded };

/** The record of a trial whose replicas did not all measure: the one that ended first says why, the rest were stopped for it. */
function failure({ request, ended: { report, end, verdict } }: Replica): Measurement {
  const { index, count } = request.replica!;
  const reason = `replica ${index + 1} of ${count}: ${verdict.reason}`;
  return toMeasurement(request, report, end, { ...verdict, reason });
}

/** A series begins right after the load, and what is prepared around the engines must stand for all: then they wait for one another. */
function togetherFrom(
  { candidate, workload }: TrialRequest,
  { beforeMeasuring }: LaunchOptions,
): Pick<LaunchOptions, 'beforeMeasuring'> {
  if (!workload.series && !beforeMeasuring) return {};
  const meet = meetingPlace(candidate.replicas);
  return {
    beforeMeasuring: async (effective) => {
      await beforeMeasuring?.(effective);
      await meet();
    },
  };
}

/** Starts all replicas at once and holds them together from region to region. One that fails ends the others. */
async function runReplicas(request: TrialRequest, options: LaunchOptions): Promise<Measurement> {
  const { candidate } = request;
  const count = candidate.replicas;
  const stop = new AbortController();
  const shared: LaunchOptions = {
    ...options,
    signal: options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal,
    meet: meetingPlace(count),
    ...togetherFrom(request, options),
  };
  const failed: Replica[] = [];
  const start = async (index: number): Promise<ChildEnded> => {
    const own = { ...request, candidate: replicaOf(candidate, index), replica: { index, count } };
    const ended = await launchChild(own, shared);
    if (ended.verdict.status !== 'measured') {
      failed.push({ request: own, ended });
      stop.abort();
    }
    return ended;
  };
  const all = await Promise.all(Array.from({ length: count }, (_, index) => start(index)));
  if (failed[0]) return failure(failed[0]);
  const { report, end, verdict } = all[0]!;
  const done = joinDone(all.map((ended) => ended.report.done!));
  return toMeasurement(request, { ...report, done, effective: done.effective }, end, verdict);
}

/** Runs one trial of a configuration in fresh processes, one for each replica, and says how it ended. Never throws for a child. */
export const runDeployment = (request: TrialRequest, options: LaunchOptions): Promise<Measurement> =>
  request.candidate.replicas > 1 ? runReplicas(request, options) : runTrial(request, options);
