import { button, element } from './element.js';
import { copyButton, writeMarkdown } from './markdown.js';

/** Messages on the page: a question, and an answer with its folded thinking and a note. */

export function userView(conversation, message, { say, onEdit }) {
  const article = element('article', { className: 'user', parent: conversation });
  element('p', { className: 'text', text: message.content, parent: article });
  const row = element('div', { className: 'row actions', parent: article });
  copyButton(row, () => message.content, say);
  button(say('edit'), row, onEdit, 'edit');
  return article;
}

/** Formatted text is made anew at most so often while an answer comes. */
const EVERY_MS = 120;

/** `say(name, ...values)` gives the text in the page's language. */
export function answerView(conversation, { say, onRegenerate }) {
  const article = element('article', { className: 'assistant', parent: conversation });
  const fold = element('details', { className: 'thinking', hidden: true, parent: article });
  const title = element('summary', { parent: fold });
  const thought = element('p', { className: 'text', parent: fold });
  const text = element('div', { className: 'answer', parent: article });
  const note = element('p', { className: 'note', text: say('waiting'), parent: article });
  const row = element('div', { className: 'row actions', hidden: true, parent: article });
  const startMs = performance.now();
  let content = '';
  let reasoning = '';
  let thoughtMs;
  let due;

  copyButton(row, () => content, say);
  button(say('regenerate'), row, onRegenerate, 'regenerate');
  const format = () => {
    due = undefined;
    writeMarkdown(text, content, say);
  };
  const seconds = () => Math.round(((thoughtMs ?? performance.now()) - startMs) / 1000);
  const end = (message, isFailure) => {
    clearTimeout(due);
    format();
    note.textContent = message;
    note.classList.toggle('failed', isFailure);
    row.hidden = false;
  };
  return {
    article,
    think(delta) {
      fold.hidden = false;
      note.textContent = '';
      reasoning += delta;
      thought.append(delta);
      title.textContent = say('thinking', seconds());
    },
    answer(delta) {
      thoughtMs ??= performance.now();
      title.textContent = say('thought', seconds());
      note.textContent = '';
      content += delta;
      due ??= setTimeout(format, EVERY_MS);
    },
    end(message, isFailure = false) {
      thoughtMs ??= performance.now();
      title.textContent = say('thought', seconds());
      end(message, isFailure);
    },
    /** An answer of before. */
    restore(message) {
      content = message.content;
      reasoning = message.reasoning ?? '';
      fold.hidden = reasoning === '';
      thought.textContent = reasoning;
      title.textContent = say('thoughts');
      end(message.note ?? '', false);
    },
    get content() {
      return content;
    },
    get reasoning() {
      return reasoning;
    },
  };
}
