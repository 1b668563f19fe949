import { button, element } from './element.js';

/** Files that go along with a question, as text. */

const MOST_BYTES = 256 * 1024;

export function createFiles(part, say) {
  let files = [];
  const show = () => {
    part.files.hidden = files.length === 0;
    part.files.replaceChildren();
    for (const file of files) {
      const item = element('li', { text: file.name, parent: part.files });
      item.classList.toggle('failed', file.text === undefined);
      if (file.text === undefined) item.append(` – ${say('notText')}`);
      button('×', item, () => {
        files = files.filter((other) => other !== file);
        show();
      }).ariaLabel = say('remove');
    }
  };
  const add = async (list) => {
    for (const file of list) files.push({ name: file.name, text: await textOf(file) });
    show();
  };
  part.attach.addEventListener('click', () => part.fileInput.click());
  part.fileInput.addEventListener('change', async () => {
    await add(part.fileInput.files);
    part.fileInput.value = '';
  });
  part.composer.addEventListener('dragover', (event) => event.preventDefault());
  part.composer.addEventListener('drop', (event) => {
    event.preventDefault();
    void add(event.dataTransfer.files);
  });
  return {
    /** The question with the files before it. */
    put(question) {
      const texts = files.filter(({ text }) => text !== undefined).map(({ name, text }) => `${name}\n${fenced(text)}`);
      files = [];
      show();
      return [...texts, question].join('\n\n');
    },
    get isEmpty() {
      return files.length === 0;
    },
  };
}

/** A fence longer than any in the text. */
function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.replace(/\n$/, '')}\n${fence}`;
}

/** Undefined for what is no text, or too long. */
async function textOf(file) {
  if (file.size > MOST_BYTES) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
