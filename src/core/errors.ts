/**
 * Every error a user can meet: a stable code, what the process exits with, and what fixes it.
 * docs/errors.md has one row per code; `test/unit/core/errors.test.ts` holds the two together.
 */

export const EXIT = {
  ok: 0,
  /** Nothing viable was found, or the gate saw a regression. */
  negative: 1,
  usage: 2,
  /** An engine, model, tool or right is missing, or the environment is unfit to measure. */
  environment: 3,
  /** Inconclusive with `--strict`, or no verdict with `--require-verdict`. */
  inconclusive: 4,
  interrupted: 130,
} as const;

type ErrorRow = { exit: number; meaning: string; fix: string };

/** code → exit, general meaning, general fix. A thrown error may carry a more exact fix of its own. */
export const ERRORS = {
  USAGE: {
    exit: EXIT.usage,
    meaning: 'A flag, value or combination on the command line is wrong.',
    fix: 'Run the command with --help.',
  },
  CONFIG_INVALID: {
    exit: EXIT.usage,
    meaning: 'r1-tune.config.json or an R1TUNE_* variable holds a wrong value.',
    fix: 'Correct the named key; the keys are those of the flags.',
  },
  MODEL_NOT_FOUND: {
    exit: EXIT.usage,
    meaning: 'The model file, folder, catalog id or geometry does not exist.',
    fix: 'Give an existing .gguf file or folder, or `synthetic:GEOMETRY`; `r1-tune models list` shows what there is.',
  },
  MODEL_INVALID: {
    exit: EXIT.usage,
    meaning: 'The model file is truncated, damaged or not of a supported kind.',
    fix: 'Fetch or make the file again; `r1-tune models inspect FILE` shows what could be read.',
  },
  MODEL_UNSUPPORTED: {
    exit: EXIT.usage,
    meaning: 'The model is sound, but its architecture, tensor type or operator is not one r1-tune can run.',
    fix: 'Run GGUF files with the llama-cpp backend; ONNX graphs are made of qwen2, qwen3 and llama models.',
  },
  QUANT_MISSING: {
    exit: EXIT.environment,
    meaning: 'A quantization level was asked for that cannot be had from the given model.',
    fix: 'Give an F16 or F32 file to quantize from, or ask for a level that is there.',
  },
  PROFILE_INVALID: {
    exit: EXIT.usage,
    meaning: 'The profile does not match its schema, or its version is newer than this program.',
    fix: 'Make it again with `r1-tune sweep`, or update r1-tune.',
  },
  PROFILE_MISMATCH: {
    exit: EXIT.environment,
    meaning: 'The profile was made for another machine, model or quantization, and this cannot be overlooked here.',
    fix: 'Run `r1-tune sweep` here, or give the model the profile was made for.',
  },
  RUN_INVALID: {
    exit: EXIT.usage,
    meaning: 'A run folder or one of its files is missing, damaged or of an unknown version.',
    fix: 'Give a folder made by r1-tune sweep or bench; finish a cut run with --resume.',
  },
  OUTPUT_UNWRITABLE: {
    exit: EXIT.usage,
    meaning: 'The output folder or file cannot be written.',
    fix: 'Give a folder you may write to with --out, or free disk space.',
  },
  DISK_FULL: {
    exit: EXIT.environment,
    meaning: 'There is not enough free disk space for a file that must be made.',
    fix: 'Free space, or set R1TUNE_HOME to a larger disk.',
  },
  DOWNLOAD_FAILED: {
    exit: EXIT.environment,
    meaning: 'A model download did not arrive whole or right.',
    fix: 'Run the same command again: finished parts are kept. HF_ENDPOINT names a mirror.',
  },
  ENGINE_MISSING: {
    exit: EXIT.environment,
    meaning: 'An inference engine cannot be loaded on this machine.',
    fix: 'Install r1-tune again with npm on this machine, or choose the other --backend.',
  },
  TOOL_MISSING: {
    exit: EXIT.environment,
    meaning: 'A system tool or library that was asked for is not installed.',
    fix: 'Install the named package, or leave the option out.',
  },
  NOT_PERMITTED: {
    exit: EXIT.environment,
    meaning: 'The machine does not allow an operation that was asked for.',
    fix: 'Grant the named right, or leave the option out.',
  },
  MACHINE_UNFIT: {
    exit: EXIT.environment,
    meaning: 'This environment cannot give a trustworthy measurement.',
    fix: 'Quiet the machine or use another, then run again.',
  },
  NOTHING_VIABLE: {
    exit: EXIT.negative,
    meaning: 'No configuration ran and met the constraints.',
    fix: 'Read the reasons in the report; loosen a constraint or fix the cause.',
  },
  PORT_IN_USE: {
    exit: EXIT.environment,
    meaning: 'The address to listen on is taken or not allowed.',
    fix: 'Choose another --port or stop the other process.',
  },
  SYSROOT_INVALID: {
    exit: EXIT.usage,
    meaning: 'The recorded machine given with --sysroot cannot be read.',
    fix: 'Give a folder that holds proc/ and sys/, or a file made by `r1-tune probe --capture`.',
  },
  WORKER_FAILED: {
    exit: EXIT.environment,
    meaning: 'A worker process ended, hung or could not start.',
    fix: 'Read the end of its output in the message; lower memory use or choose another configuration.',
  },
  INTERRUPTED: {
    exit: EXIT.interrupted,
    meaning: 'The user stopped the run.',
    fix: 'Go on with the printed --resume command.',
  },
  INTERNAL: {
    exit: EXIT.usage,
    meaning: 'A fault in r1-tune itself.',
    fix: 'Please report it with the message and the command.',
  },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/** The one error class that crosses module borders. `message` says what was wrong and what was expected. */
export class R1Error extends Error {
  readonly code: ErrorCode;
  readonly fix: string;

  constructor(code: ErrorCode, message: string, options: { fix?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'R1Error';
    this.code = code;
    this.fix = options.fix ?? ERRORS[code].fix;
  }

  get exit(): number {
    return ERRORS[this.code].exit;
  }
}
