import { ANSWER_TEXTS } from './answer-texts.js';
import { FLEET_TEXTS } from './fleet-texts.js';
import { PAGE_TEXTS } from './page-texts.js';
import { SECTION_TEXTS } from './section-texts.js';
import { fill, type Text, type TextPart } from './text.js';

/** Every text of the report in every language. Free text of a run (reasons, warnings, names) is shown as the run has it. */
export const TEXTS = { ...PAGE_TEXTS, ...ANSWER_TEXTS, ...SECTION_TEXTS, ...FLEET_TEXTS } as const satisfies Record<
  string,
  Text
>;
export type TextKey = keyof typeof TEXTS;

/** The text of a key with values in its `{places}`. */
export const t = (key: TextKey, parts?: Record<string, TextPart>): Text => fill(TEXTS[key], parts);
