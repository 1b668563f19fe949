import { existsSync, statSync } from 'node:fs';
import { BACKENDS } from '../../core/backends.js';
import { R1Error } from '../../core/errors.js';
import { fingerprintDifferences } from '../../core/fingerprint.js';
import type { Fingerprint, Machine } from '../../core/machine.js';
import { type ModelFile, type ModelFormat, shapeDifferences } from '../../core/model.js';
import type { Profile } from '../../core/profile.js';
import { inspectGguf } from '../../models/gguf/inspect.js';
import { inspectOnnxFile, inspectOnnxFolder } from '../../models/onnx/inspect.js';
import { modelSha256 } from '../../models/resolve/model-hash.js';
import { type ChatFacts, NO_CHAT_FACTS } from '../../serve/template/choose-template.js';
import { askedTemplate, chatFactsOf } from './chat-facts-of.js';

/** The file to serve under a profile, and every way in which this deployment is not what was measured. */
export type Deployment = { model: ModelFile; chat: ChatFacts; differences: string[] };

/** `home` holds the hashes of files that were read through before. Throws `PROFILE_MISMATCH` for a model whose speed the profile says nothing about. */
export async function resolveDeployment(
  profile: Profile,
  modelPath: string | undefined,
  machine: Machine,
  home: string,
  chatTemplate?: string,
): Promise<Deployment> {
  const model = modelPath === undefined ? measuredModel(profile) : await otherModel(profile, modelPath);
  const own = isReal(profile) ? chatFactsOf(model) : NO_CHAT_FACTS;
  const chat = chatTemplate === undefined ? own : { ...own, templates: [askedTemplate(chatTemplate)] };
  const differences = [...machineDifferences(profile, machine), ...(await fileDifferences(profile, model, home))];
  return { model, chat, differences };
}

function measuredModel({ model }: Profile): ModelFile {
  if (existsSync(model.path)) return model;
  throw new R1Error('MODEL_NOT_FOUND', `The profile's model ${model.path} is not there.`, {
    fix: 'Give the file with --model, or make it again with `r1-tune models synth` or `models pull`.',
  });
}

async function otherModel(profile: Profile, path: string): Promise<ModelFile> {
  if (!existsSync(path)) throw new R1Error('MODEL_NOT_FOUND', `The model ${path} is not there.`);
  if (!isReal(profile)) return { ...profile.model, path };
  const model = await READERS[profile.model.format](path, profile.model.quant);
  const reasons = shapeDifferences(model.geometry, profile.model.geometry);
  if (model.quant !== profile.model.quant) reasons.push(`quantization ${model.quant}, not ${profile.model.quant}`);
  if (reasons.length === 0) return model;
  throw new R1Error('PROFILE_MISMATCH', `${path} is not of the kind the profile was tuned on: ${reasons.join('; ')}.`, {
    fix: 'Give a file of the same geometry and quantization, or tune this one with `r1-tune sweep --model`.',
  });
}

const READERS: Record<ModelFormat, (path: string, quant: string) => ModelFile | Promise<ModelFile>> = {
  gguf: (path) => inspectGguf(path),
  onnx: (path, quant) => onnxModel(quant, path),
};

/** The fake engine's script is no model. */
const isReal = ({ candidate }: Profile): boolean => BACKENDS[candidate.backend].isReal;

/** A folder may hold graphs of several levels. */
function onnxModel(quant: string, path: string): ModelFile {
  const found = statSync(path).isDirectory() ? inspectOnnxFolder(path) : [inspectOnnxFile(path) ?? []].flat();
  if (found.length === 0) throw new R1Error('MODEL_NOT_FOUND', `${path} holds no ONNX decoder.`);
  return found.find((model) => model.quant === quant) ?? found[0]!;
}

function machineDifferences({ machine: before }: Profile, { fingerprint }: Machine): string[] {
  const measured = { hash: before.fingerprint, hard: before.hard, soft: before.soft } as unknown as Fingerprint;
  return fingerprintDifferences(measured, fingerprint).map(
    ({ field, isHard, before: then, now }) =>
      `${isHard ? 'machine' : 'environment'} ${field}: measured on ${then ?? 'unknown'}, here ${now ?? 'unknown'}`,
  );
}

async function fileDifferences(profile: Profile, model: ModelFile, home: string): Promise<string[]> {
  if (!isReal(profile)) return [];
  const { model: measured } = profile;
  const differences: string[] = [];
  if (measured.weights !== model.weights)
    differences.push(`weights: measured with ${measured.weights} weights, served with ${model.weights} ones`);
  if (measured.sha256 === null) return differences;
  const sha256 = await modelSha256(model, { home });
  if (sha256 !== measured.sha256)
    differences.push(`model file: SHA-256 is ${sha256.slice(0, 12)}…, measured was ${measured.sha256.slice(0, 12)}…`);
  return differences;
}
