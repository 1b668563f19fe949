/** The tables of the page and what a trial opens to. */
import { formatNumber } from './format.js';
import { page, readData } from './page.js';
import { element, pagedTable } from './table.js';

const SVG = 'http://www.w3.org/2000/svg';

export function makeTables() {
  for (const host of document.querySelectorAll('[data-table]')) {
    const name = host.dataset.table;
    pagedTable(host, readData(name), name === 'trials' ? trialDetails : null);
  }
}

let lines = null;

/** One line a trial, parsed when it is opened. */
function detailsOf(row) {
  lines ??= document.getElementById('data-details').textContent.split('\n');
  return JSON.parse(lines[row]);
}

function trialDetails(row) {
  const { decodeMs, warmUpTokenMs, effective, resources, reason, stderrTail } = detailsOf(row);
  const box = element('div', { class: 'trial' });
  if (reason) box.append(block('detailReason', element('p', { lang: 'en' }, reason)));
  if (stderrTail) box.append(block('detailStderr', element('pre', {}, stderrTail)));
  if (decodeMs.length > 1) box.append(block('detailSamples', strip(decodeMs), numbers(decodeMs)));
  if (warmUpTokenMs.length > 0) box.append(block('detailWarmUp', numbers(warmUpTokenMs)));
  if (effective) box.append(block('detailEffective', pairs(effective)));
  if (resources) box.append(block('detailResources', pairs(resources)));
  return box;
}

function block(key, ...children) {
  return element('div', {}, element('h4', {}, page.say(key)), ...children);
}

const numbers = (values) => element('p', { class: 'samples' }, values.map((value) => formatNumber(value, 4)).join(' '));

function pairs(values) {
  const rows = Object.entries(values).map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value === null ? '–' : String(value))),
  );
  return element('table', { class: 'pairs' }, element('tbody', {}, ...rows));
}

/** The samples as a line over their whole range, zero included so that jitter is not magnified. */
function strip(values) {
  const width = 600;
  const height = 70;
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const points = values.map(
    (value, i) =>
      `${((i * width) / (values.length - 1)).toFixed(1)},${(height - (value / most) * (height - 4)).toFixed(1)}`,
  );
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('class', 'strip');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', page.say('detailSamples'));
  const line = document.createElementNS(SVG, 'polyline');
  line.setAttribute('points', points.join(' '));
  svg.append(line);
  return element('div', { class: 'strip-box' }, svg, element('span', {}, `0 … ${formatNumber(most)} ms`));
}
