import type { ModelFile } from '../../core/model.js';
import { type BuiltInName, builtInTemplate } from './built-in.js';
import type { ChatTemplate } from './chat-template.js';
import { createModelTemplate, type TemplateSource, type TemplateVocabulary } from './model-template.js';

/** Templates that a model's file or folder holds, and what they need of its vocabulary. */
export type ChatFacts = { templates: readonly TemplateSource[]; vocabulary: TemplateVocabulary };

/** For models of the fake engine, and where there is no vocabulary to read. */
export const NO_CHAT_FACTS: ChatFacts = {
  templates: [],
  vocabulary: { bosToken: '', eosToken: '', control: [], userDefined: [] },
};

/** Hugging Face's name of the template of a list that is for conversations with tools. */
const TOOL_USE = 'tool_use';

/**
 * The template for a model: its own, whatever it is shaped like. Only a synthetic twin is known by its shape; a trained
 * model without a template has its messages put together as they are. Throws as `createModelTemplate` does.
 */
export function chooseTemplate(model: Pick<ModelFile, 'geometryId' | 'weights'>, facts: ChatFacts): ChatTemplate {
  const { templates, vocabulary } = facts;
  if (templates.length === 0) return createModelTemplate(builtInTemplate(builtInFor(model)), vocabulary);
  const forTools = templates.find(({ name }) => name.endsWith(TOOL_USE));
  const usual = templates.find((template) => template !== forTools) ?? forTools!;
  const template = createModelTemplate(usual, vocabulary);
  if (forTools === undefined || forTools === usual) return template;
  const withTools = createModelTemplate(forTools, vocabulary, { needsTools: true });
  return {
    ...template,
    render: (request) => (request.tools?.length ? withTools : template).render(request),
  };
}

const builtInFor = ({ geometryId, weights }: Pick<ModelFile, 'geometryId' | 'weights'>): BuiltInName =>
  weights === 'random' && geometryId?.startsWith('deepseek-r1') ? 'deepseek-r1' : 'plain';
