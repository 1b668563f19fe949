import type { FastifyInstance } from 'fastify';
import { R1Error } from '../core/errors.js';
import type { Random } from '../core/random.js';
import { createApp, type HttpLimits } from './http/app.js';
import type { AccessRules } from './http/guards.js';
import type { Service } from './service.js';
import { Admission, type AdmissionLimits } from './supervisor/admission.js';
import { Fleet, type FleetDeps, type FleetPlan } from './supervisor/fleet.js';
import type { ChatTemplate } from './template/chat-template.js';

export type ServerSettings = {
  plan: FleetPlan;
  template: ChatTemplate;
  model: Service['model'];
  host: string;
  /** 0: any free port. */
  port: number;
  access: AccessRules;
  http: HttpLimits;
  admission: AdmissionLimits;
  /** Expected time of one request, ms, until some have been served. */
  expectedServiceMs: number;
  thinkingBudget: number | null;
  deadlineMs: number;
  random: Random;
};

export type ServerDeps = Omit<FleetDeps, 'onBroken'> & {
  /** Hears of faults of the server itself. */
  report: (error: unknown) => void;
};

export type RunningServer = {
  url: string;
  service: Service;
  /** Resolves with the reason when the workers cannot be kept alive. */
  broken: Promise<R1Error>;
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
  const fleet = new Fleet(settings.plan, { ...deps, onBroken });
  const service: Service = {
    ...settings,
    fleet,
    admission: createAdmission(fleet, settings),
    clock: deps.clock,
    isDraining: false,
  };
  const app = createApp(service, settings.access, settings.http, deps.report);
  const url = await listen(app, settings);
  const stop = async () => {
    fleet.stop();
    await app.close();
  };
  try {
    await fleet.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const drain = async (timeoutMs: number) => {
    service.isDraining = true;
    const isDone = await fleet.drain(timeoutMs);
    await stop();
    return isDone;
  };
  return { url, service, broken, drain, stop };
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
