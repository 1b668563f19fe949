import { candidateId } from '../../core/candidate.js';
import type { Trial } from '../../core/experiment.js';
import { OUTCOME_VERSION, type Outcome } from '../../core/outcome.js';
import type { ExperimentPorts } from './ports.js';

/** Measures one trial and stores its outcome. A trial that the user interrupts is not stored: it did not happen. */
export async function runOne(trial: Trial, ports: ExperimentPorts): Promise<Outcome> {
  const { arm, phase, block, position } = trial;
  ports.signal.throwIfAborted();
  ports.onTrial(trial);
  const startedAt = new Date(ports.clock.now()).toISOString();
  const start = ports.clock.monotonicMs();
  const measurement = await ports.measure(trial);
  ports.signal.throwIfAborted();
  const id = candidateId(arm.candidate);
  const outcome: Outcome = {
    ...measurement,
    schemaVersion: OUTCOME_VERSION,
    trial: ports.log.outcomes.length,
    candidateId: id,
    candidate: arm.candidate,
    phase,
    ...(arm.name === id ? {} : { arm: arm.name }),
    block,
    position,
    fidelity: arm.fidelity,
    voided: false,
    workload: arm.workload,
    startedAt,
    wallMs: ports.clock.monotonicMs() - start,
  };
  ports.log.append(outcome);
  ports.onOutcome(outcome);
  return outcome;
}
