/** One answer on the page: folded thinking, text, and a note. Only text nodes are written, never markup. */

const element = (name, className, parent) => {
  const made = document.createElement(name);
  made.className = className;
  parent.append(made);
  return made;
};

export function userView(conversation, question) {
  const article = element('article', 'user', conversation);
  element('p', 'text', article).textContent = question;
}

/** `say(name, ...numbers)` gives the text in the page's language. */
export function answerView(conversation, say) {
  const article = element('article', 'assistant', conversation);
  const fold = element('details', 'thinking', article);
  const title = element('summary', '', fold);
  const thought = element('p', 'text', fold);
  const text = element('p', 'text answer', article);
  const note = element('p', 'note', article);
  const startMs = performance.now();
  let thoughtMs;
  fold.hidden = true;
  note.textContent = say('waiting');

  const seconds = () => Math.round(((thoughtMs ?? performance.now()) - startMs) / 1000);
  return {
    think(delta) {
      fold.hidden = false;
      note.textContent = '';
      thought.append(delta);
      title.textContent = say('thinking', seconds());
    },
    answer(delta) {
      thoughtMs ??= performance.now();
      title.textContent = say('thought', seconds());
      note.textContent = '';
      text.append(delta);
    },
    end(message, isFailure = false) {
      thoughtMs ??= performance.now();
      title.textContent = say('thought', seconds());
      note.textContent = message;
      note.classList.toggle('failed', isFailure);
    },
    get content() {
      return text.textContent;
    },
  };
}
