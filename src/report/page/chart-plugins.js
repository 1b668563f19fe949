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
      const { ctx } = chart;
      ctx.save();
      ctx.font = `12px ${font}`;
      ctx.fillStyle = palette.text;
      // A halo keeps a name readable over other points.
      ctx.strokeStyle = palette.background;
      ctx.lineWidth = 4;
      ctx.lineJoin = 'round';
      ctx.textBaseline = 'middle';
      ctx.textAlign = 'left';
      const taken = [];
      const points = pointBoxes(chart, spec);
      spec.series.forEach((series, index) => {
        if (!chart.isDatasetVisible(index)) return;
        for (const point of series.points.filter((one) => one.tag)) {
          const text = point.tag[language];
          const boxes = nameBoxes(chart, point, ctx.measureText(text).width).filter(
            (box) => !taken.some((other) => overlaps(box, other)),
          );
          // Beside the points if there is room, over one if not. A name that would lie on another is left out: the
          // legend and the tooltip have it.
          const box = boxes.find((one) => !points.some((other) => overlaps(one, other))) ?? boxes[0];
          if (!box) continue;
          taken.push(box);
          ctx.strokeText(text, box[0], box[2] + NAME_HEIGHT / 2);
          ctx.fillText(text, box[0], box[2] + NAME_HEIGHT / 2);
        }
      });
      ctx.restore();
    },
  };
}

const NAME_HEIGHT = 16;

/** Where a name may stand: beside its point, then above and below, as [left, right, top, bottom] inside the plot. */
function nameBoxes({ chartArea: area, scales }, point, width) {
  const radius = point.radius ?? DEFAULT_RADIUS;
  const x = scales.x.getPixelForValue(point.x);
  const y = scales.y.getPixelForValue(point.y);
  return [0, -radius - 10, radius + 10]
    .flatMap((down) => [x + radius + 6, x - radius - 6 - width].map((left) => [left, y + down - NAME_HEIGHT / 2]))
    .map(([left, top]) => [left, left + width, top, top + NAME_HEIGHT])
    .filter(
      ([left, right, top, bottom]) => left > area.left && right < area.right && top > area.top && bottom < area.bottom,
    );
}

/** The boxes of all points and of their intervals. */
function pointBoxes(chart, spec) {
  const { x: across, y: up } = chart.scales;
  return spec.series.flatMap((series, index) =>
    chart.isDatasetVisible(index)
      ? series.points.flatMap((point) => {
          const [x, y] = [across.getPixelForValue(point.x), up.getPixelForValue(point.y)];
          const radius = point.radius ?? DEFAULT_RADIUS;
          const box = [x - radius, x + radius, y - radius, y + radius];
          if (series.whiskers !== 'y' || typeof point.low !== 'number') return [box];
          return [box, [x - 4, x + 4, up.getPixelForValue(point.high), up.getPixelForValue(point.low)]];
        })
      : [],
  );
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
