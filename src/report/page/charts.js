/**
 * Turns a chart of plain data (charts/spec.ts) into a Chart.js configuration.
 * This file runs in Node for pictures and, without its `import` and `export` words, inside the report page.
 */
import { annotationPlugin, colorOf, DEFAULT_RADIUS, whiskerPlugin } from './chart-plugins.js';
import { formatTick, formatValue } from './format.js';

const FAINT = '59'; // 35 % as a hexadecimal alpha

/** Lowest and highest value on an axis, intervals included. */
function extentOf(spec, axis) {
  const values = spec.marks.filter((mark) => mark.axis === axis).map((mark) => mark.value);
  for (const series of spec.series)
    for (const point of series.points) {
      values.push(point[axis]);
      if (series.whiskers === axis) values.push(point.low ?? point[axis], point.high ?? point[axis]);
    }
  return [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
}

function scaleOf(spec, axis, { language, palette, font, width = 900 }) {
  const { title, scale, categories, fromZero, isWhole } = spec[axis];
  const [low, high] = extentOf(spec, axis);
  const margin = (high - (fromZero ? Math.min(0, low) : low) || Math.abs(high) || 1) * 0.04;
  const tickText = (value) => {
    if (scale !== 'category') return formatTick(value);
    if (!Number.isInteger(value) || !categories[value]) return '';
    return axis === 'y' ? wrapped(categories[value][language], width) : categories[value][language];
  };
  const common = {
    title: { display: true, text: title[language], color: palette.muted, font: { family: font, size: 12 } },
    grid: { color: palette.grid, tickLength: 4 },
    border: { color: palette.border },
    ticks: {
      color: palette.muted,
      font: { family: font, size: 12 },
      callback: tickText,
      maxRotation: 45,
      includeBounds: false,
    },
  };
  if (scale === 'category')
    return {
      ...common,
      title: { ...common.title, display: title[language] !== '' },
      type: 'linear',
      min: -0.5,
      max: categories.length - 0.5,
      reverse: axis === 'y',
      grid: { display: false },
      ticks: { ...common.ticks, stepSize: 1, autoSkip: false },
      afterBuildTicks: (built) => {
        built.ticks = categories.map((_, value) => ({ value }));
      },
    };
  if (scale === 'log2')
    return {
      ...common,
      type: 'logarithmic',
      min: low / 1.15,
      max: high * 1.15,
      afterBuildTicks: (built) => {
        built.ticks = powersOfTwo(low, high).map((value) => ({ value }));
      },
    };
  return {
    ...common,
    type: 'linear',
    ticks: { ...common.ticks, ...(isWhole ? { precision: 0 } : {}) },
    ...(axis === 'x'
      ? { min: fromZero ? 0 : low - margin, max: high + margin }
      : { suggestedMin: fromZero ? 0 : low - margin, suggestedMax: high + margin }),
  };
}

/** A name beside the plot in at most two lines that leave the plot most of the width. */
function wrapped(text, width) {
  const most = Math.max(12, Math.floor(width / 20));
  if (text.length <= most) return text;
  const space = text.lastIndexOf(' ', most);
  const cut = space > most / 2 ? space : most;
  const rest = text.slice(cut).trim();
  return [text.slice(0, cut), rest.length > most ? `${rest.slice(0, most - 1)}…` : rest];
}

/** Powers of two in the range, thinned so that labels have room. */
function powersOfTwo(low, high) {
  const all = [];
  for (let value = 2 ** Math.ceil(Math.log2(low)); value <= high; value *= 2) all.push(value);
  return all.length > 8 ? all.filter((_, index) => index % 2 === (all.length - 1) % 2) : all;
}

function datasetOf(series, { language, palette }) {
  const color = colorOf(palette, series.color);
  const look = (point) => point.look ?? 'filled';
  return {
    label: series.name[language],
    data: series.points,
    whiskers: series.whiskers,
    isUnnamed: series.isUnnamed,
    showLine: series.line,
    borderColor: color,
    backgroundColor: color,
    borderWidth: 2,
    borderDash: series.dash ?? [],
    pointStyle: series.shape,
    pointRadius: series.points.map((point) => point.radius ?? DEFAULT_RADIUS),
    pointHoverRadius: series.points.map((point) => (point.radius ?? DEFAULT_RADIUS) + 2),
    pointBackgroundColor: series.points.map((point) =>
      look(point) === 'hollow' ? palette.background : look(point) === 'faint' ? color + FAINT : color,
    ),
    pointBorderColor: series.points.map((point) => (look(point) === 'faint' ? color + FAINT : color)),
    pointBorderWidth: series.points.map((point) => (look(point) === 'faint' ? 1 : 2)),
  };
}

function tooltipOf(spec, { language, palette, font }) {
  const valueAxis = spec.series.some((series) => series.whiskers === 'x') ? 'x' : 'y';
  const show = (value) => formatValue(spec[valueAxis].format, value);
  return {
    backgroundColor: palette.text,
    titleColor: palette.background,
    bodyColor: palette.background,
    titleFont: { family: font },
    bodyFont: { family: font },
    displayColors: false,
    callbacks: {
      title: (items) => (items[0] ? items[0].raw.label[language] : ''),
      label: ({ raw, dataset }) => {
        const hasInterval = typeof raw.low === 'number' && typeof raw.high === 'number';
        const limits = hasInterval ? [`${show(raw.low)} … ${show(raw.high)}`] : [];
        const notes = [...limits, ...(raw.n ? [`n = ${raw.n}`] : [])].join(', ');
        return `${dataset.label}: ${show(raw[valueAxis])}${notes && ` (${notes})`}`;
      },
    },
  };
}

/** A legend shows the series, not the look of its first point. */
function legendItems(chart, spec, { language, palette }) {
  return spec.series.flatMap((series, datasetIndex) => {
    const color = colorOf(palette, series.color);
    const isHollow = series.points.every((point) => point.look === 'hollow');
    const item = {
      text: series.name[language],
      fontColor: palette.text,
      fillStyle: isHollow ? palette.background : color,
      strokeStyle: color,
      pointStyle: series.shape,
      hidden: !chart.isDatasetVisible(datasetIndex),
      datasetIndex,
    };
    return series.isUnnamed ? [] : [item];
  });
}

/** `look`: { language, palette, font, width, hasTitle }. A page has the title beside the chart, a picture has it inside. */
export function chartConfiguration(spec, look) {
  const named = spec.series.filter((series) => !series.isUnnamed);
  return {
    type: 'scatter',
    data: { datasets: spec.series.map((series) => datasetOf(series, look)) },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: 'nearest', intersect: false },
      layout: { padding: look.hasTitle ? 16 : { top: 8, right: 12 } },
      scales: { x: scaleOf(spec, 'x', look), y: scaleOf(spec, 'y', look) },
      plugins: {
        legend: {
          display: named.length > 1,
          position: 'bottom',
          labels: {
            color: look.palette.text,
            font: { family: look.font, size: 12 },
            usePointStyle: true,
            boxHeight: 7,
            padding: 14,
            generateLabels: (chart) => legendItems(chart, spec, look),
          },
        },
        tooltip: tooltipOf(spec, look),
        title: {
          display: look.hasTitle === true,
          text: spec.title[look.language],
          align: 'start',
          color: look.palette.text,
          font: { family: look.font, size: 15, weight: 'bold' },
          padding: { bottom: 12 },
        },
      },
    },
    plugins: [whiskerPlugin, annotationPlugin(spec, look)],
  };
}
