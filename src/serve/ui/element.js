/** Makes an element inside another. Only text nodes are ever written, never markup. */
export function element(name, { className, text, parent, ...properties } = {}) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  Object.assign(made, properties);
  parent?.append(made);
  return made;
}

/** A button that does something. */
export const button = (text, parent, action, className = '') => {
  const made = element('button', { type: 'button', text, parent, className });
  made.addEventListener('click', action);
  return made;
};
