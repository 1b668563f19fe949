import { basename, dirname } from 'node:path';
import { candidateLabel } from '../../core/candidate.js';
import { shortHash } from '../../core/canonical.js';
import { R1Error } from '../../core/errors.js';
import type { ModelFormat } from '../../core/model.js';
import type { Profile } from '../../core/profile.js';
import { seededRandom } from '../../core/random.js';
import { parseDurationMs } from '../../core/units.js';
import { requestSeconds } from '../../core/workload.js';
import { HTTP_LIMITS } from '../../serve/http/app.js';
import { CONNECTION_LIMITS } from '../../serve/http/client-connection.js';
import type { AccessRules } from '../../serve/http/guards.js';
import type { ServerSettings } from '../../serve/server.js';
import type { FleetPlan } from '../../serve/supervisor/fleet.js';
import { chooseTemplate } from '../../serve/template/choose-template.js';
import { ownVersion } from '../own-version.js';
import type { Deployment } from './deployment.js';
import { readKeys } from './keys.js';

export type ServeRequest = {
  profile: string;
  model?: string;
  chatTemplate?: string;
  host: string;
  port: number;
  workers?: number;
  alias?: string[];
  keyFile?: string;
  allowHost: string[];
  corsOrigin: string[];
  maxQueue: number;
  maxPerKey?: number;
  thinkingBudget?: number;
  requestTimeout: string;
  drainTimeout: string;
  hangAfter: string;
  warmUp: number;
  strict: boolean;
  logRequests: boolean;
};

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** A unit of work may take so many times longer than the profile says before its worker counts as hung. */
const HANG_FACTOR = 10;
/** Loading depends on the disk, which the profile does not know. */
const LEAST_LOAD_MS = 120_000;

/** Profile, flags and model → everything a server needs. Throws `USAGE` for flags that do not go together. */
export function serverSettings(
  profile: Profile,
  flags: ServeRequest,
  deployment: Deployment,
  nowMs: number,
): ServerSettings {
  checkNumbers(flags);
  const plan = fleetPlan(profile, flags, deployment);
  const slots = plan.candidate.replicas * plan.candidate.sequences;
  const { prefillTokensPerSecond: prefill, decodeTokensPerSecond: decode } = profile.expected;
  const all = slots + flags.maxQueue;
  return {
    plan,
    version: ownVersion(),
    template: chooseTemplate(deployment.model, deployment.chat),
    model: servedModel(profile, deployment, flags.alias ?? []),
    host: flags.host,
    port: flags.port,
    access: accessRules(flags),
    http: HTTP_LIMITS,
    connection: CONNECTION_LIMITS,
    admission: {
      maxQueued: flags.maxQueue,
      maxQueuedTokens: flags.maxQueue * profile.contextTokens,
      maxPerTenant: flags.maxPerKey ?? all,
    },
    expectedServiceMs: requestSeconds(profile.request, prefill.estimate, decode.estimate) * 1000,
    thinkingBudget: flags.thinkingBudget ?? null,
    deadlineMs: parseDurationMs(flags.requestTimeout),
    random: seededRandom(nowMs),
    warmUpRounds: flags.warmUp,
    isStrict: flags.strict,
    labels: profileLabels(profile),
  };
}

function checkNumbers(flags: ServeRequest): void {
  const whole = (flag: string, value: number | undefined, least: number, most = Number.MAX_SAFE_INTEGER) => {
    if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return;
    throw new R1Error('USAGE', `--${flag}: "${value}" is not valid; expected one whole number from ${least} on.`);
  };
  whole('port', flags.port, 0, 65_535);
  whole('workers', flags.workers, 1, 1024);
  whole('max-queue', flags.maxQueue, 0);
  whole('max-per-key', flags.maxPerKey, 1);
  whole('thinking-budget', flags.thinkingBudget, 1);
  whole('warm-up', flags.warmUp, 0);
}

/** Everything the workers run under: the profile's candidate as it was measured; only `--workers` may change it. */
export function fleetPlan(profile: Profile, flags: ServeRequest, { model }: Deployment): FleetPlan {
  const candidate = { ...profile.candidate, replicas: flags.workers ?? profile.candidate.replicas };
  const { prefillTokensPerSecond: prefill, decodeTokensPerSecond: decode, loadMs } = profile.expected;
  const leastMs = parseDurationMs(flags.hangAfter);
  return {
    model,
    candidate,
    contextTokens: profile.contextTokens,
    expectedDecodeRate: decode.estimate,
    hang: {
      load: Math.max(LEAST_LOAD_MS, HANG_FACTOR * (loadMs ?? 0)),
      prefill: Math.max(leastMs, (HANG_FACTOR * candidate.batch * 1000) / prefill.estimate),
      decode: Math.max(leastMs, (HANG_FACTOR * candidate.sequences * 1000) / decode.estimate),
    },
  };
}

function profileLabels({ name, modelId, candidate, machine }: Profile): Record<string, string> {
  return { profile: name, model: modelId, candidate: candidateLabel(candidate), fingerprint: machine.fingerprint };
}

/** Clients may name the model by any of these. A file is listed by its name: nobody types a path of another machine. */
function servedModel(profile: Profile, { model }: Deployment, given: readonly string[]): ServerSettings['model'] {
  const asked = profile.modelId;
  const isMeasured = model.path === profile.model.path;
  // A name that was given is the one that is listed, as llama-server has it.
  const id = given[0] ?? (isMeasured && !isPath(asked) ? asked : FILE_NAMES[model.format](model.path));
  // A shape is a name only of what was made from it.
  const shape = model.weights === 'random' ? model.geometryId : null;
  const file = basename(model.path);
  const names = [...given, asked, asked.split(':').at(-1)!, shape, model.name, profile.name, file];
  return {
    id,
    aliases: [...new Set(names)].filter((name): name is string => Boolean(name) && name !== id),
    createdSeconds: Math.floor(Date.parse(profile.createdAt) / 1000),
    fingerprint: `fp_${shortHash([profile.candidate, model.sha256, profile.provenance.versions])}`,
  };
}

const isPath = (id: string): boolean => /[\\/]|\.gguf$/.test(id);

/** What a file is listed as. Of a graph the name of its folder: all of them are called model.onnx. */
const FILE_NAMES: Record<ModelFormat, (path: string) => string> = {
  gguf: (path) => basename(path).replace(/\.(gguf|json)$/, ''),
  onnx: (path) => basename(dirname(path)),
};

function accessRules(flags: ServeRequest): AccessRules {
  const keys = flags.keyFile === undefined ? [] : readKeys(flags.keyFile);
  const isLoopback = ['127.0.0.1', '::1', 'localhost'].includes(flags.host);
  if (!isLoopback && keys.length === 0)
    throw new R1Error('USAGE', `--host ${flags.host} can be reached from other machines, and no key is set.`, {
      fix: 'Give --key-file with at least one key, or listen on 127.0.0.1.',
    });
  return {
    keys,
    hosts:
      isLoopback || flags.allowHost.length > 0 ? [...LOOPBACK, ...flags.allowHost.map((h) => h.toLowerCase())] : null,
    origins: flags.corsOrigin,
  };
}
