/** A sortable, filterable table that shows one page of rows at a time, so that 20,000 rows cost no more than 50. */
import { formatNumber, formatValue } from './format.js';
import { page } from './page.js';

const PAGE_ROWS = 50;

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? '' : value);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function cellText(column, value, labels) {
  if (value === null) return '–';
  if (column.kind === 'configuration') return labels[value][page.language];
  if (column.kind === 'key') return page.say(value);
  if (column.kind === 'count') return formatValue('count', value);
  if (column.kind === 'number') return numberText(column, value);
  return column.kind === 'estimate' ? numberText(column, value[0]) : value;
}

const numberText = ({ format, digits }, value) => (format ? formatValue(format, value) : formatNumber(value, digits));

/** What a column is sorted by; null comes last either way. */
function sortValue(column, value, labels) {
  if (value === null || value === '') return null;
  if (column.kind === 'estimate') return value[0];
  return column.kind === 'configuration' ? labels[value].en : value;
}

function compare(a, b) {
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b), 'en', { numeric: true });
}

function sortedRows(state, rows) {
  if (state.sortBy === null) return rows;
  const column = state.columns[state.sortBy];
  const keyed = rows.map((row) => [sortValue(column, state.rows[row][state.sortBy], state.labels), row]);
  keyed.sort(([a, i], [b, j]) => {
    if (a === null || b === null) return a === b ? i - j : a === null ? 1 : -1;
    return (state.isDescending ? compare(b, a) : compare(a, b)) || i - j;
  });
  return keyed.map(([, row]) => row);
}

const wordsOf = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}_.]+/u)
    .filter(Boolean);

/** Words of a row's texts, made once for each language. Numbers have columns to be sorted by. */
function rowWords(state, row) {
  state.words[page.language] ??= [];
  state.words[page.language][row] ??= wordsOf(
    state.columns
      .map((column, index) => (isNumeric(column) ? '' : cellText(column, state.rows[row][index], state.labels)))
      .join(' '),
  );
  return state.words[page.language][row];
}

function matchingRows(state) {
  const words = wordsOf(state.search);
  const picks = [...state.picks].filter(([, value]) => value !== '');
  const all = state.rows.map((_, row) => row);
  if (words.length === 0 && picks.length === 0) return all;
  return all.filter(
    (row) =>
      picks.every(([index, value]) => state.rows[row][index] === value) &&
      words.every((word) => rowWords(state, row).some((one) => one.startsWith(word))),
  );
}

/** `details(row)`: the element a row opens to, or null for a table without. */
export function pagedTable(host, data, details) {
  const state = { ...data, search: '', picks: new Map(), sortBy: null, isDescending: false, first: 0, words: {} };
  const parts = {
    count: element('span', { role: 'status', class: 'count' }),
    head: element('thead'),
    body: element('tbody'),
    pager: element('div', { class: 'pager' }),
    controls: element('div', { class: 'controls' }),
  };
  const table = element('table', {}, parts.head, parts.body);
  const scroller = element('div', { class: 'scroll', tabindex: '0', role: 'region' }, table);
  host.append(parts.controls, scroller, parts.pager);
  const update = () => {
    state.shown = sortedRows(state, matchingRows(state));
    state.first = 0;
    drawRows(state, parts, details);
  };
  const restart = () => {
    drawControls(state, parts, update);
    drawHead(state, parts, update);
    update();
    scroller.setAttribute('aria-label', page.say(host.dataset.table));
  };
  page.listeners.push(restart);
}

function drawControls(state, { controls, count }, update) {
  const search = element('input', {
    type: 'search',
    placeholder: page.say('searchHint'),
    oninput: (event) => {
      state.search = event.target.value;
      update();
    },
  });
  search.value = state.search;
  const selects = state.filters.map((key) => {
    const index = state.columns.findIndex((column) => column.key === key);
    const values = [...new Set(state.rows.map((row) => row[index]))].sort(compare);
    const text = (value) => cellText(state.columns[index], value, state.labels);
    const select = element(
      'select',
      {
        onchange: (event) => {
          state.picks.set(index, event.target.value);
          update();
        },
      },
      element('option', { value: '' }, page.say('all')),
      ...values.map((value) => element('option', { value, selected: state.picks.get(index) === value }, text(value))),
    );
    return element('label', {}, `${page.say(key)} `, select);
  });
  controls.replaceChildren(element('label', { class: 'search' }, `${page.say('search')} `, search), ...selects, count);
}

const isNumeric = ({ kind }) => kind === 'number' || kind === 'count' || kind === 'estimate';

function drawHead(state, parts, update) {
  const sort = (index) => {
    const isSame = state.sortBy === index;
    // The larger number first, the earlier letter first; a second click turns it round.
    state.isDescending = isSame ? !state.isDescending : isNumeric(state.columns[index]);
    state.sortBy = index;
    drawHead(state, parts, update);
    update();
    parts.head.querySelectorAll('button')[index].focus();
  };
  const heads = state.columns.map((column, index) => {
    const isSorted = state.sortBy === index;
    const order = isSorted ? (state.isDescending ? 'descending' : 'ascending') : null;
    const name = page.say(column.key);
    const button = element(
      'button',
      { type: 'button', title: page.say('sortHint', { column: name }), onclick: () => sort(index) },
      name,
      element('span', { class: 'arrow', 'aria-hidden': 'true' }, isSorted ? (state.isDescending ? '▼' : '▲') : ''),
    );
    return element('th', { scope: 'col', 'aria-sort': order, class: isNumeric(column) ? 'number' : null }, button);
  });
  parts.head.replaceChildren(element('tr', {}, ...heads));
}

function drawRows(state, parts, details) {
  const rows = state.shown.slice(state.first, state.first + PAGE_ROWS);
  parts.body.replaceChildren(...rows.map((row) => rowElement(state, row, details)));
  if (rows.length === 0)
    parts.body.append(element('tr', {}, element('td', { colspan: state.columns.length }, page.say('noRows'))));
  const show = (count) => formatValue('count', count);
  parts.count.textContent = page.say('shown', { shown: show(state.shown.length), total: show(state.rows.length) });
  drawPager(state, parts, details);
}

function drawPager(state, parts, details) {
  const pages = Math.max(1, Math.ceil(state.shown.length / PAGE_ROWS));
  const current = state.first / PAGE_ROWS + 1;
  const step = (key, by, isOff) =>
    element(
      'button',
      {
        type: 'button',
        disabled: isOff,
        onclick: () => {
          state.first += by * PAGE_ROWS;
          drawRows(state, parts, details);
        },
      },
      page.say(key),
    );
  parts.pager.replaceChildren(
    step('previous', -1, current === 1),
    element('span', {}, page.say('pageOf', { page: current, pages })),
    step('next', 1, current >= pages),
  );
  parts.pager.hidden = pages === 1;
}

function rowElement(state, row, details) {
  const cells = state.columns.map((column, index) => {
    const value = state.rows[row][index];
    const text = cellText(column, value, state.labels);
    if (column.kind === 'configuration') return element('th', { scope: 'row' }, text);
    const limits = column.kind === 'estimate' && value !== null ? limitsText(column, value) : null;
    return element('td', { class: isNumeric(column) ? 'number' : null }, text, limits);
  });
  const made = element('tr', {}, ...cells);
  if (details) addOpener(made, cells[0], () => details(row), state.columns.length);
  return made;
}

/** The interval, or from how many trials the number is; nothing for one that is exact. */
function limitsText(column, [, low, high, trials]) {
  if (low !== null) return element('small', {}, ` (${numberText(column, low)} … ${numberText(column, high)})`);
  return trials ? element('small', {}, ` (n = ${trials})`) : null;
}

/** A button in the first cell that opens and closes the row's details below it. */
function addOpener(row, cell, details, span) {
  const button = element(
    'button',
    { type: 'button', class: 'opener', 'aria-expanded': 'false', title: page.say('open') },
    '+',
  );
  button.setAttribute('aria-label', page.say('open'));
  button.addEventListener('click', () => {
    const isOpen = button.getAttribute('aria-expanded') === 'true';
    if (isOpen) row.nextElementSibling.remove();
    else row.after(element('tr', { class: 'details' }, element('td', { colspan: span }, details())));
    button.setAttribute('aria-expanded', String(!isOpen));
    button.textContent = isOpen ? '+' : '−';
  });
  cell.prepend(button);
}
