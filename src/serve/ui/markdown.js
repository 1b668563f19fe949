import { button, element } from './element.js';
import katex from './vendor/katex.js';
import { Marked } from './vendor/marked.js';

/**
 * Markdown with formulas → elements. marked only cuts the text into tokens; the elements are made here one by one, with text
 * in text nodes, so that nothing a model writes can become markup. Formulas are MathML: it needs no styles and no fonts.
 */

/** Beginning, end and kind of formulas; a dollar sign stands for money unless it hugs the formula. */
const BLOCK = [
  [/^\$\$([\s\S]+?)\$\$/, 'block'],
  [/^\\\[([\s\S]+?)\\\]/, 'block'],
  [/^(\\begin\{(align\*?|equation\*?|gather\*?|cases|[bp]?matrix)\}[\s\S]+?\\end\{\2\})/, 'block'],
];
const INLINE = [
  [/^\\\(([\s\S]+?)\\\)/, 'inline'],
  [/^\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d)/, 'inline'],
  [/^(\\boxed\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})/, 'inline'],
];

/** A block begins a line; in a text a formula may begin anywhere. */
const STARTS = { block: /\n(?=\$\$|\\\[|\\begin\{)/, inline: /\$|\\\(|\\\[|\\begin\{|\\boxed\{/ };

const formula = (name, level, rules) => ({
  name,
  level,
  start: (source) => source.match(STARTS[level])?.index,
  tokenizer(source) {
    for (const [rule] of rules) {
      const match = rule.exec(source);
      if (match) return { type: name, raw: match[0], text: match[1] };
    }
    return undefined;
  },
});

const marked = new Marked({ gfm: true, breaks: true });
marked.use({
  extensions: [
    formula('displayFormula', 'block', BLOCK),
    formula('displayInText', 'inline', BLOCK),
    formula('formula', 'inline', INLINE),
  ],
});

/** Puts the elements of a text into an empty element. */
export function writeMarkdown(parent, text, say) {
  parent.replaceChildren();
  writeAll(parent, marked.lexer(text), say);
}

function writeAll(parent, tokens, say) {
  for (const token of tokens) write(parent, token, say);
}

function math(parent, text, displayMode) {
  const place = element(displayMode ? 'div' : 'span', { className: 'formula', parent });
  try {
    katex.render(text, place, {
      displayMode,
      output: 'mathml',
      throwOnError: true,
      trust: false,
      maxSize: 20,
      maxExpand: 200,
    });
  } catch {
    // A formula that is not finished, or none at all: as the model wrote it.
    place.textContent = displayMode ? `\\[${text}\\]` : `\\(${text}\\)`;
  }
}

const WRAPPERS = { strong: 'strong', em: 'em', del: 'del', blockquote: 'blockquote', paragraph: 'p' };

function write(parent, token, say) {
  const { type } = token;
  if (type in WRAPPERS) return writeAll(element(WRAPPERS[type], { parent }), token.tokens, say);
  switch (type) {
    case 'displayFormula':
    case 'displayInText':
      return math(parent, token.text, true);
    case 'formula':
      return math(parent, token.text, false);
    case 'heading':
      return writeAll(element(`h${Math.min(6, token.depth + 2)}`, { parent }), token.tokens, say);
    case 'code':
      return code(parent, token, say);
    case 'codespan':
      return element('code', { text: token.text, parent });
    case 'list':
      return list(parent, token, say);
    case 'table':
      return table(parent, token, say);
    case 'link':
      return link(parent, token, say);
    case 'hr':
      return element('hr', { parent });
    case 'br':
      return element('br', { parent });
    case 'space':
    case 'def':
      return undefined;
    case 'checkbox':
      return undefined;
    default:
      // Text, and markup of any kind, which is shown as it was written.
      if (token.tokens) return writeAll(parent, token.tokens, say);
      return parent.append(token.type === 'escape' || token.type === 'text' ? token.text : token.raw);
  }
}

function code(parent, { text, lang }, say) {
  const box = element('div', { className: 'code', parent });
  const head = element('div', { className: 'row', parent: box });
  element('span', { className: 'faint', text: lang ?? '', parent: head });
  element('span', { className: 'space', parent: head });
  copyButton(head, () => text, say);
  element('code', { text, parent: element('pre', { parent: box }) });
}

export function copyButton(parent, textOf, say) {
  const made = button(say('copy'), parent, async () => {
    await copy(textOf());
    made.textContent = say('copied');
    setTimeout(() => {
      made.textContent = say('copy');
    }, 1500);
  });
  return made;
}

/** Browsers give pages of other machines no clipboard unless they come by HTTPS. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = element('textarea', { value: text, parent: document.body });
  area.select();
  document.execCommand('copy');
  area.remove();
}

function list(parent, { ordered, start, items }, say) {
  const made = element(ordered ? 'ol' : 'ul', { parent });
  if (ordered && start !== 1 && start !== '') made.start = Number(start);
  for (const item of items) {
    const entry = element('li', { parent: made });
    if (item.task)
      element('input', { type: 'checkbox', checked: Boolean(item.checked), disabled: true, parent: entry });
    writeAll(entry, item.tokens, say);
  }
}

function table(parent, { header, rows }, say) {
  const made = element('table', { parent: element('div', { className: 'table', parent }) });
  const row = (cells, name) => {
    const line = element('tr', { parent: made });
    for (const cell of cells) writeAll(element(name, { parent: line }), cell.tokens, say);
  };
  row(header, 'th');
  for (const cells of rows) row(cells, 'td');
}

/** Leads to pages of the web and nowhere else, and tells them nothing. */
function link(parent, { href, tokens }, say) {
  const isWeb = /^https?:\/\//i.test(href);
  const made = isWeb
    ? element('a', { href, target: '_blank', rel: 'noopener noreferrer nofollow', parent })
    : element('span', { parent });
  writeAll(made, tokens, say);
}
