import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import type { Candidate } from '../../../core/candidate.js';
import type { ThreadCpus } from '../../../core/engine.js';
import type { StepTogether } from './step-together.js';

/** A model and its context, as node-llama-cpp hands them out, with what we know of them. */
export type LoadedLlama = {
  llama: Llama;
  model: LlamaModel;
  context: LlamaContext;
  /** The engine's log lines; the timing report is read from them. */
  log: string[];
  /** Threads that the last evaluation of each kind really had; null before the first. */
  seenThreads: { decode: number | null; prefill: number | null };
  candidate: Candidate;
  /** Keeps the sequences of the context in step. */
  together: StepTogether;
  name: string;
  /** Why this driver was taken; null where it was asked for. */
  note: string | null;
  variant: string | null;
  /** Null where the kernel places the threads. */
  threadCpus: ThreadCpus | null;
};
