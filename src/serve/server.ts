import type { FastifyInstance } from 'fastify';
import { R1Error } from '../core/errors.js';
import type { Random } from '../core/random.js';
import { type AppReports, createApp, type HttpLimits } from './http/app.js';
import type { ConnectionLimits } from './http/client-connection.js';
import type { AccessRules } from './http/guards.js';
import { createMetrics, type Metrics } from './metrics.js';
import { Refusal } from './refusal.js';
import type { Service } from './service.js';
import { createSpeedometer, type Speedometer } from './speed.js';
import { Admission, type AdmissionLimits } from './supervisor/admission.js';
import { Fleet, type FleetDeps, type FleetPlan } from './supervisor/fleet.js';
import type { FleetObserver } from './supervisor/observer.js';
import type { ChatTemplate } from './template/chat-template.js';
import { warmUp } from './warm-up.js';

export type ServerSettings = {
  plan: FleetPlan;
  /** Of r1-tune. */
  version: string;
  template: ChatTemplate;
  model: Service['model'];
  host: string;
  /** 0: any free port. */
  port: number;
  access: AccessRules;
  http: HttpLimits;
  connection: ConnectionLimits;
  admission: AdmissionLimits;
  /** Expected time of one request, ms, until some have been served. */
  expectedServiceMs: number;
  thinkingBudget: number | null;
  /** Requests before readiness whose speed is compared with the profile; 0 for none. */
  warmUpRounds: number;
  isStrict: boolean;
  /** Labels of the profile in the metrics. */
  labels: Record<string, string>;
  deadlineMs: number;
  random: Random;
};

export type ServerDeps = Omit<FleetDeps, 'onBroken' | 'observer'> &
  AppReports & {
    onWorkerDeath: (index: number, reason: string) => void;
  };

export type RunningServer = {
  url: string;
  service: Service;
  /** Resolves with the reason when the workers cannot be kept alive. */
  broken: Promise<R1Error>;
  /** Replaces the workers one by one by those of another profile; rejects, and goes on as before, when they cannot load. */
  roll(next: Pick<ServerSettings, 'plan' | 'template' | 'model'>): Promise<void>;
  /** Refuses new requests, finishes what was accepted, then stops. True when nothing was cut off. */
  drain(timeoutMs: number): Promise<boolean>;
  stop(): Promise<void>;
};

/** Listens, then loads: probes answer from the first moment. Rejects when the port is taken or a worker cannot load. */
export async function startServer(settings: ServerSettings, deps: ServerDeps): Promise<RunningServer> {
  let onBroken: (error: R1Error) => void = () => {};
  const broken = new Promise<R1Error>((resolve) => {
    onBroken = resolve;
  });
  const speed = createSpeedometer(settings.plan.expectedDecodeRate);
  const metrics = createMetrics(() => fleet, speed, settings.labels);
  const fleet: Fleet = new Fleet(settings.plan, { ...deps, onBroken, observer: observe(metrics, speed, deps) });
  const admission = createAdmission(fleet, settings);
  const service: Service = { ...settings, fleet, admission, metrics, speed, clock: deps.clock, phase: 'loading' };
  const app = createApp(service, settings.access, settings.http, deps);
  const url = await listen(app, settings);
  const stop = async () => {
    fleet.stop();
    await app.close();
  };
  try {
    await fleet.start();
    service.phase = 'warming-up';
    await warmUp(service, settings.warmUpRounds);
    service.phase = 'serving';
  } catch (error) {
    await stop();
    throw error instanceof Refusal ? new R1Error('WORKER_FAILED', error.message) : error;
  }
  const roll: RunningServer['roll'] = async ({ plan, template, model }) => {
    await fleet.roll(plan);
    speed.clear(plan.expectedDecodeRate);
    Object.assign(service, { template, model });
  };
  const drain = async (timeoutMs: number) => {
    service.phase = 'draining';
    const isDone = await fleet.drain(timeoutMs);
    await stop();
    return isDone;
  };
  return { url, service, broken, roll, drain, stop };
}

function observe(metrics: Metrics, speed: Speedometer, { onWorkerDeath }: ServerDeps): FleetObserver {
  return {
    ...metrics,
    soloDecode: (rate) => speed.add(rate),
    workerDied(index, reason) {
      metrics.workerDied(index, reason);
      onWorkerDeath(index, reason);
    },
  };
}

function createAdmission(fleet: Fleet, { admission, random, expectedServiceMs }: ServerSettings): Admission {
  const load = () => ({
    slots: fleet.slots,
    queuedTokens: fleet.dispatcher.queued.reduce((sum, { prompt }) => sum + prompt.length, 0),
  });
  return new Admission(admission, load, random, expectedServiceMs);
}

async function listen(app: FastifyInstance, { host, port }: ServerSettings): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (cause) {
    throw new R1Error('PORT_IN_USE', `${host}:${port} cannot be listened on: ${(cause as Error).message}`, { cause });
  }
}
