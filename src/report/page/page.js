/** What the page does beyond being read: language, colours, charts, copying. Runs in the report page only. */
import { chartConfiguration } from './charts.js';
import { PALETTES } from './palette.js';
import { makeTables } from './trials.js';

const FONT =
  'system-ui, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export const readData = (id) => JSON.parse(document.getElementById(`data-${id}`).textContent);

/** State of the switches. Listeners are called when the language changes. */
export const page = {
  language: 'en',
  texts: {},
  listeners: [],
  say(key, parts = {}) {
    const text = this.texts[key][this.language];
    return text.replace(/\{(\w+)\}/g, (place, name) => String(parts[name] ?? place));
  },
};

function remember(name, value) {
  try {
    localStorage.setItem(`r1-tune.${name}`, value);
  } catch {
    // A page opened from a file may have no storage: the choice then lasts as long as the page.
  }
}

function recall(name) {
  try {
    return localStorage.getItem(`r1-tune.${name}`);
  } catch {
    return null;
  }
}

function onChoice(name, act) {
  for (const input of document.querySelectorAll(`input[name="${name}"]`))
    input.addEventListener('change', () => {
      remember(name, input.value);
      act(input.value);
    });
}

function choose(name, value) {
  const input = value && document.getElementById(`${name}-${value}`);
  if (input) input.checked = true;
  return document.querySelector(`input[name="${name}"]:checked`).value;
}

function setLanguage(language) {
  page.language = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const listener of page.listeners) listener();
}

const charts = [];

function isDark() {
  const theme = document.querySelector('input[name="theme"]:checked').value;
  return theme === 'dark' || (theme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
}

function drawChart(chart, isPrint = false) {
  const palette = isDark() && !isPrint ? PALETTES.dark : PALETTES.light;
  const configuration = chartConfiguration(chart.spec, {
    language: page.language,
    palette,
    font: FONT,
    width: chart.canvas.parentElement.clientWidth || 900,
  });
  chart.drawn?.destroy();
  chart.drawn = new Chart(chart.canvas, configuration);
}

const redraw = (isPrint) => {
  for (const chart of charts) if (chart.drawn) drawChart(chart, isPrint);
};

/** Charts are drawn as they come near the window, so that a long report opens at once. */
function mountCharts() {
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        drawChart(charts.find((chart) => chart.canvas.parentElement === target));
      }
    },
    { rootMargin: '600px' },
  );
  for (const spec of readData('charts')) {
    const host = document.querySelector(`[data-chart="${spec.id}"]`);
    if (!host) continue;
    host.style.height = `${spec.height}px`;
    const canvas = host.querySelector('canvas');
    charts.push({ spec, canvas, drawn: null });
    page.listeners.push(() => canvas.setAttribute('aria-label', spec.title[page.language]));
    near.observe(host);
  }
  page.listeners.push(() => redraw());
}

function drawForPrint() {
  for (const chart of charts) {
    drawChart(chart, true);
    chart.drawn.resize();
  }
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard for pages opened from a file in some browsers: the older way still works there.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

function mountCopyButtons() {
  for (const button of document.querySelectorAll('[data-copy]')) {
    const label = button.innerHTML;
    button.addEventListener('click', async () => {
      await copyText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = page.say('copied');
      setTimeout(() => {
        button.innerHTML = label;
      }, 1500);
    });
    page.listeners.push(() => button.setAttribute('aria-label', page.say('copyLabel')));
  }
}

/** The section being read is marked in the contents. */
function followReading() {
  const links = new Map([...document.querySelectorAll('nav a')].map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries)
        if (isIntersecting) {
          for (const link of links.values()) link.removeAttribute('aria-current');
          links.get(target.id)?.setAttribute('aria-current', 'true');
        }
    },
    { rootMargin: '-10% 0px -80% 0px' },
  );
  for (const section of document.querySelectorAll('main > section')) seen.observe(section);
}

// Called by the last line of the inlined script.
export function startPage() {
  page.texts = readData('texts');
  const preferred = navigator.language?.startsWith('zh') ? 'zh' : null;
  choose('theme', recall('theme'));
  page.language = choose('language', recall('language') ?? preferred);
  mountCharts();
  mountCopyButtons();
  makeTables();
  followReading();
  // On a phone the contents would push the answer off the screen.
  if (matchMedia('(max-width: 62rem)').matches) document.querySelector('nav details').open = false;
  onChoice('language', setLanguage);
  onChoice('theme', () => redraw());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraw());
  addEventListener('beforeprint', drawForPrint);
  addEventListener('afterprint', () => redraw());
  setLanguage(page.language);
}
