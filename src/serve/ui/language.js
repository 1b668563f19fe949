import { TEXTS } from './texts.js';

/** The page's language: as chosen before, else as the browser prefers. */
export function createLanguage(select) {
  const preferred = navigator.languages.some((tag) => tag.startsWith('zh')) ? 'zh' : 'en';
  let language = localStorage.getItem('r1-tune language') ?? preferred;
  if (!(language in TEXTS)) language = 'en';

  const say = (name, ...values) => {
    const text = TEXTS[language][name];
    return typeof text === 'function' ? text(...values) : text;
  };
  const apply = () => {
    document.documentElement.lang = language;
    select.value = language;
    for (const node of document.querySelectorAll('[data-text]')) node.textContent = say(node.dataset.text);
    for (const node of document.querySelectorAll('[data-label]'))
      node.setAttribute('aria-label', say(node.dataset.label));
    for (const node of document.querySelectorAll('[data-placeholder]'))
      node.placeholder = say(node.dataset.placeholder);
  };
  return {
    say,
    apply,
    choose(next) {
      language = next;
      localStorage.setItem('r1-tune language', next);
      apply();
    },
  };
}
