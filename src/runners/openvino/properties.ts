import { type Candidate, DEFAULT_OPENVINO_KNOBS, type OpenvinoKnobs } from '../../core/candidate.js';

const CORE_TYPE: Record<OpenvinoKnobs['coreType'], string> = {
  any: 'ANY_CORE',
  performance: 'PCORE_ONLY',
  efficiency: 'ECORE_ONLY',
};

const yesNo = (value: boolean): string => (value ? 'YES' : 'NO');

/** Properties of OpenVINO's CPU plugin by which each of its knobs is said and read back. */
export const KNOB_PROPERTIES: {
  [K in keyof OpenvinoKnobs]: { property: string; text: (value: OpenvinoKnobs[K]) => string };
} = {
  inferencePrecision: { property: 'INFERENCE_PRECISION_HINT', text: (value) => value },
  dynamicQuantization: { property: 'DYNAMIC_QUANTIZATION_GROUP_SIZE', text: String },
  hyperThreading: { property: 'ENABLE_HYPER_THREADING', text: yesNo },
  coreType: { property: 'SCHEDULING_CORE_TYPE', text: (value) => CORE_TYPE[value] },
  pinning: { property: 'ENABLE_CPU_PINNING', text: yesNo },
};

export const THREADS = 'INFERENCE_NUM_THREADS';
export const STREAMS = 'NUM_STREAMS';

/** What stands in outcomes beside what was set: what else of the plugin changes speed or results. */
export const READ_BACK: readonly string[] = [
  THREADS,
  STREAMS,
  ...Object.values(KNOB_PROPERTIES).map(({ property }) => property),
  'EXECUTION_MODE_HINT',
  'PERFORMANCE_HINT',
];

/** The text by which OpenVINO is told of one knob, and gives it back. */
export function propertyOf<K extends keyof OpenvinoKnobs>(id: K, knobs: OpenvinoKnobs): [name: string, value: string] {
  const { property, text } = KNOB_PROPERTIES[id];
  return [property, text(knobs[id])];
}

const KNOB_IDS = Object.keys(KNOB_PROPERTIES) as (keyof OpenvinoKnobs)[];

/** Everything that a model is compiled with. One request runs at a time: one stream has all the threads. */
export function compileProperties({ threads, openvino }: Candidate): Record<string, string> {
  const knobs = openvino ?? DEFAULT_OPENVINO_KNOBS;
  return {
    PERFORMANCE_HINT: 'LATENCY',
    [STREAMS]: '1',
    [THREADS]: String(threads),
    ...Object.fromEntries(KNOB_IDS.map((id) => propertyOf(id, knobs))),
  };
}
