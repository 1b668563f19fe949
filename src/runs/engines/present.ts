import type { Backend } from '../../core/candidate.js';
import { R1Error } from '../../core/errors.js';
import type { Host } from '../../core/ports.js';
import type { Exclusion } from '../../core/run-result.js';
import { onnxFile } from '../../runners/onnx/installed.js';
import { locateOpenvino } from '../../runners/openvino/locate.js';

type Env = Host['env'];

const nothing = (): void => {};

/** Throws `ENGINE_MISSING` for an engine that is no dependency and was not added. */
const CHECKS: Record<Backend, (env: Env) => void> = {
  'llama-cpp': nothing,
  onnx: () => void onnxFile(),
  openvino: (env) => void locateOpenvino(env),
  fake: nothing,
};

/** Refuses before any work what cannot be measured or served without an engine. Throws `ENGINE_MISSING`. */
export const requireEngine = (backend: Backend, host: Host): void => CHECKS[backend]((name) => host.env(name));

/** Those engines that are installed, and why the others are left out. */
export function installedOf(backends: readonly Backend[], host: Host): { backends: Backend[]; excluded: Exclusion[] } {
  const excluded: Exclusion[] = [];
  const present = backends.filter((backend) => {
    try {
      requireEngine(backend, host);
      return true;
    } catch (error) {
      if (!(error instanceof R1Error)) throw error;
      excluded.push({ axis: 'backend', value: backend, reason: `${error.message} ${error.fix}`, configurations: 0 });
      return false;
    }
  });
  return { backends: present, excluded };
}
