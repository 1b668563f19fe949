/**
 * Turns a chart of plain data (charts/spec.ts) into a Chart.js configuration.
 * This file runs in Node for pictures and, without its `import` and `export` words, inside the report page.
 */
import { formatTick, formatValue } from './format.js';

const DEFAULT_RADIUS = 4;
const FAINT = '59'; // 35 % as a hexadecimal alpha

function colorOf(palette, color) {
  return typeof color === 'number' ? palette.series[color % palette.series.length] : palette[color];
}

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

/** Draws the interval of each point as a bar with ends. */
const whiskerPlugin = {
  id: 'whiskers',
  beforeDatasetDraw(chart, { index, meta }) {
    const dataset = chart.data.datasets[index];
    if (!dataset.whiskers || meta.hidden) return;
    const { ctx, chartArea: area } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left, area.top, area.width, area.height);
    ctx.clip();
    ctx.lineWidth = 1.5;
    dataset.data.forEach((point, place) => {
      if (point.low === null || point.low === undefined || point.high === null) return;
      ctx.strokeStyle = dataset.pointBorderColor[place];
      drawWhisker(chart, dataset.whiskers, point);
    });
    ctx.restore();
  },
};

function drawWhisker({ ctx, scales }, axis, point) {
  const end = 4;
  const low = scales[axis].getPixelForValue(point.low);
  const high = scales[axis].getPixelForValue(point.high);
  const across = axis === 'x' ? scales.y.getPixelForValue(point.y) : scales.x.getPixelForValue(point.x);
  const at = (along, aside) => (axis === 'x' ? [along, across + aside] : [across + aside, along]);
  ctx.beginPath();
  ctx.moveTo(...at(low, 0));
  ctx.lineTo(...at(high, 0));
  for (const along of [low, high]) {
    ctx.moveTo(...at(along, -end));
    ctx.lineTo(...at(along, end));
  }
  ctx.stroke();
}

/** Lines across the plot, each with a word; and the names of points that ask for one. */
function annotationPlugin(spec, { language, palette, font }) {
  return {
    id: 'annotations',
    beforeDatasetsDraw(chart) {
      const { ctx } = chart;
      ctx.save();
      ctx.font = `12px ${font}`;
      spec.marks.forEach((mark, order) => {
        drawMark(chart, mark, colorOf(palette, mark.color), mark.label[language], order);
      });
      ctx.restore();
    },
    afterDatasetsDraw(chart) {
      const { ctx, chartArea: area } = chart;
      ctx.save();
      ctx.font = `12px ${font}`;
      ctx.fillStyle = palette.text;
      // A halo keeps a name readable over other points.
      ctx.strokeStyle = palette.background;
      ctx.lineWidth = 4;
      ctx.lineJoin = 'round';
      ctx.textBaseline = 'middle';
      const taken = [];
      spec.series.forEach((series, index) => {
        if (!chart.isDatasetVisible(index)) return;
        for (const point of series.points.filter((one) => one.tag)) {
          const left = chart.scales.x.getPixelForValue(point.x) + (point.radius ?? DEFAULT_RADIUS) + 6;
          const text = point.tag[language];
          const isRight = left + ctx.measureText(text).width < area.right;
          ctx.textAlign = isRight ? 'left' : 'right';
          const x = isRight ? left : left - 2 * ((point.radius ?? DEFAULT_RADIUS) + 6);
          const y = chart.scales.y.getPixelForValue(point.y);
          // A name that would lie on another is left out: the legend and the tooltip have it.
          const start = isRight ? x : x - ctx.measureText(text).width;
          const box = [start, start + ctx.measureText(text).width, y - 8, y + 8];
          if (taken.some((other) => overlaps(box, other))) continue;
          taken.push(box);
          ctx.strokeText(text, x, y);
          ctx.fillText(text, x, y);
        }
      });
      ctx.restore();
    },
  };
}

const overlaps = ([left, right, top, bottom], [l, r, t, b]) => left < r && right > l && top < b && bottom > t;

function drawMark({ ctx, chartArea: area, scales }, mark, color, text, order) {
  const at = scales[mark.axis].getPixelForValue(mark.value);
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = 1;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  if (mark.axis === 'x') {
    ctx.moveTo(at, area.top);
    ctx.lineTo(at, area.bottom);
  } else {
    ctx.moveTo(area.left, at);
    ctx.lineTo(area.right, at);
  }
  ctx.stroke();
  ctx.setLineDash([]);
  const isRight = mark.axis === 'y' || at + 6 + ctx.measureText(text).width < area.right;
  ctx.textAlign = isRight ? 'left' : 'right';
  ctx.textBaseline = 'bottom';
  const x = mark.axis === 'y' ? area.left + 6 : at + (isRight ? 6 : -6);
  ctx.fillText(text, x, mark.axis === 'y' ? at - 3 : area.bottom - 4 - 16 * order);
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
      layout: { padding: { top: 8, right: 12 } },
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
