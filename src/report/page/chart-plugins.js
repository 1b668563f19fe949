/** What Chart.js does not draw by itself: intervals, lines with a word, names beside points. Runs in Node and in the page. */

export const DEFAULT_RADIUS = 4;

/** A place in the series colours, or a named colour. */
export function colorOf(palette, color) {
  return typeof color === 'number' ? palette.series[color % palette.series.length] : palette[color];
}

/** Draws the interval of each point as a bar with ends. */
export const whiskerPlugin = {
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
export function annotationPlugin(spec, { language, palette, font }) {
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
