import { createChannelSplitter } from './channel-splitter.js';
import { type ReasoningMode, type ReasoningStyle, THINK_TAGS } from './reasoning-style.js';
import { createStopFilter } from './stop-filter.js';
import { createThinkSplitter, type ThinkSplitter } from './think-splitter.js';

export type TextDelta = { reasoning: string; content: string };

/**
 * Bytes of tokens → text that may be sent. One place for UTF-8 characters split over tokens, the <think> block and
 * stop strings. What comes out does not depend on how the bytes were cut into pieces. Stop strings sleep while the
 * model thinks. A character cut off by the end of the text is dropped, not replaced.
 */
export type TextMachine = {
  push(bytes: Uint8Array): TextDelta;
  /** What was held back; call once, at the end of the text. */
  finish(): TextDelta;
  readonly phase: ThinkSplitter['phase'];
  /** The stop string that ended the text. */
  readonly stop: string | undefined;
  /** Length of the answer so far, in UTF-16 code units, with what is still held back. */
  readonly answered: number;
};

type TextOptions = { reasoning: ReasoningMode; style?: ReasoningStyle | undefined; stops: readonly string[] };

const splitterFor = ({ reasoning, style = THINK_TAGS }: TextOptions): ThinkSplitter =>
  style.kind === 'channels' && reasoning !== 'off'
    ? createChannelSplitter()
    : createThinkSplitter(reasoning, tagsOf(style));
const tagsOf = (style: ReasoningStyle) => (style.kind === 'tags' ? style : THINK_TAGS);

export function createTextMachine(options: TextOptions): TextMachine {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const splitter = splitterFor(options);
  const stops = createStopFilter(options.stops);
  let answered = 0;

  const take = (delta: TextDelta, part: ReturnType<ThinkSplitter['push']>) => {
    if (part?.kind === 'reasoning') delta.reasoning += part.text;
    if (part?.kind !== 'answer') return;
    answered += part.text.length;
    for (const character of part.text) delta.content += stops.push(character);
  };
  return {
    get phase() {
      return splitter.phase;
    },
    get stop() {
      return stops.stop;
    },
    get answered() {
      return answered;
    },
    push(bytes) {
      const delta = { reasoning: '', content: '' };
      for (const character of decoder.decode(bytes, { stream: true })) take(delta, splitter.push(character));
      return delta;
    },
    finish() {
      const delta = { reasoning: '', content: '' };
      take(delta, splitter.finish());
      delta.content += stops.finish();
      return delta;
    },
  };
}
