import type { AllowedTokens, Session, Step } from '../../core/engine.js';
import { createAnswerSchema } from '../json-schema/answer-schema.js';
import type { ContentLogprob, GenerateParameters } from '../protocol.js';
import { closingOf, marksOf, type ReasoningStyle, THINK_TAGS } from '../text/reasoning-style.js';
import { createTextMachine, type TextDelta } from '../text/text-machine.js';
import { createLogprobLedger } from './logprob-ledger.js';

export type Accepted = TextDelta & {
  /** The sampled token and what was put after it to close the thinking. */
  tokens: number[];
  /** 1 when the sampled token was part of the thinking. */
  thoughts: number;
  logprobs: ContentLogprob[];
  finish: 'stop' | 'length' | undefined;
};

const NO_BYTES = new Uint8Array();

/** The rules of one answer, apart from any engine's state: what is sent and when it ends. */
export type Generation = {
  accept(step: Step): Accepted;
  /** Which tokens may come next; undefined when all may. */
  allowed(): AllowedTokens | undefined;
  /** The rest of the text, after the last token. */
  flush(): TextDelta & { logprobs: ContentLogprob[]; stop: string | null };
};

/** Given the tokens of a cut answer again it comes to the same state: that is how an answer moves to another worker. */
export function createGeneration(session: Session, parameters: GenerateParameters): Generation {
  const { maxTokens, thinkingBudget, ignoreEos, style = THINK_TAGS } = parameters;
  const eos = new Set(session.describe().eosTokens);
  const stops = new Set(parameters.stopTokens);
  const ends = (token: number) => stops.has(token) || (eos.has(token) && !ignoreEos);
  const text = createTextMachine(parameters);
  const ledger = createLogprobLedger(session, parameters.logprobs);
  const schema = parameters.form && createAnswerSchema(session, parameters.form, parameters.reasoning !== 'off');
  const marks = parameters.reasoning === 'off' ? null : markTokens(session, style);
  let count = 0;
  let thought = 0;
  let sent = 0;

  const take = (step: Step): TextDelta => {
    count++;
    if (text.phase === 'thinking') thought++;
    const bytes = stops.has(step.token)
      ? NO_BYTES
      : session.tokenBytes(step.token, { special: marks?.has(step.token) ?? false });
    const { answered, phase } = text;
    if (phase === 'answer' && !eos.has(step.token)) schema?.push(bytes);
    const delta = text.push(bytes);
    // The closing tag and the blanks after it are no part of the answer; a token of half a character is.
    const isInside = phase === 'answer' && (answered > 0 || bytes[0]! >= 0x80);
    if (text.answered > answered || (isInside && !eos.has(step.token))) ledger.add(step, text.answered);
    sent += delta.content.length;
    return delta;
  };
  const closing = (): number[] => {
    const isOver = text.phase === 'thinking' && thinkingBudget !== null && thought >= thinkingBudget;
    return isOver ? session.tokenize(closingOf(style), { special: true }) : [];
  };
  const finishAfter = (token: number): Accepted['finish'] => {
    if (text.stop !== undefined || ends(token) || schema?.isClosed) return 'stop';
    return count >= maxTokens ? 'length' : undefined;
  };
  return {
    accept(step) {
      const thoughts = text.phase === 'thinking' ? 1 : 0;
      const delta = take(step);
      const tokens = [step.token];
      let finish = finishAfter(step.token);
      for (const token of finish ? [] : closing()) {
        if (finish) break;
        const more = take({ token });
        tokens.push(token);
        delta.reasoning += more.reasoning;
        delta.content += more.content;
        finish = finishAfter(token);
      }
      return { ...delta, tokens, thoughts, logprobs: ledger.release(sent), finish };
    },
    allowed() {
      if (schema && !schema.isFree) return text.phase === 'answer' ? schema.allows : schema.allowsInThinking;
      return count < parameters.minTokens ? (token) => !ends(token) : undefined;
    },
    flush() {
      const rest = text.finish();
      sent += rest.content.length;
      return { ...rest, logprobs: ledger.release(sent), stop: text.stop ?? null };
    },
  };
}

/** Special tokens give no text, but where they set reasoning apart their text is what is looked for. */
const markTokens = (session: Session, style: ReasoningStyle): ReadonlySet<number> =>
  new Set(marksOf(style).flatMap((mark) => session.tokenize(mark, { special: true })));
