import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../src/serve/template/chat-template.js';
import { createModelTemplate } from '../../../src/serve/template/model-template.js';
import { sharedFile } from '../../helpers/shared.js';

const PATH = sharedFile('cases/templates/renderings.json');
const vocabulary = { bosToken: '<BOS>', eosToken: '<EOS>', control: ['<BOS>', '<EOS>'], userDefined: [] };

type Cases = {
  conversations: Record<string, ChatMessage[]>;
  templates: Record<string, string>;
  rendered: Record<string, Record<string, string>>;
};
const NONE: Cases = { conversations: {}, templates: {}, rendered: {} };

/** Dates are of the day the templates were rendered. */
const undated = (text: string): string => text.replace(/\d{4}-\d\d-\d\d|\d\d [A-Z][a-z]{2,8} \d{4}/g, 'DATE');

describe.skipIf(PATH === undefined)('templates of published models, against the reference implementation', () => {
  const { conversations, templates, rendered } = PATH ? (JSON.parse(readFileSync(PATH, 'utf8')) as Cases) : NONE;

  it.each(Object.keys(templates))('%s', (name) => {
    const expected = rendered[name]!;
    const create = () => createModelTemplate({ name, source: templates[name]! }, vocabulary);
    if (Object.values(expected).every((text) => text.startsWith('ERR'))) return expect(create).toThrow(name);
    const template = create();
    for (const [conversation, messages] of Object.entries(conversations)) {
      const { segments } = expected[conversation]!.startsWith('ERR')
        ? { segments: null }
        : template.render({ messages });
      if (segments === null) expect(() => template.render({ messages })).toThrow(/the model's chat template says/);
      else expect(undated(segments.map(({ text }) => text).join(''))).toBe(undated(expected[conversation]!));
    }
  });
});
