import type { FormatName } from '../page/format.js';
import type { Text } from '../texts/text.js';

/**
 * A chart as plain data, for the page and for pictures alike. `page/charts.js` turns it into a Chart.js configuration
 * in one language and one palette; functions live there and are named here.
 */
export type ChartSpec = {
  id: string;
  title: Text;
  x: Axis;
  y: Axis;
  series: Series[];
  /** Lines across the plot with a word beside them. */
  marks: Mark[];
  /** Height in the page and in pictures, CSS pixels. */
  height: number;
};

export type Axis = {
  title: Text;
  format: FormatName;
  scale: 'linear' | 'log2' | 'category';
  /** Names of the places 0, 1, … of a category axis. */
  categories?: Text[];
  fromZero?: boolean;
  /** Only whole numbers mean something on it. */
  isWhole?: boolean;
};

export type Series = {
  name: Text;
  /** Place in the palette's series colours, or a named colour. */
  color: number | 'accent' | 'muted' | 'serious' | 'text';
  shape: 'circle' | 'rect' | 'triangle' | 'rectRot' | 'cross' | 'crossRot' | 'star';
  line: boolean;
  dash?: number[];
  /** Which way the intervals of the points lie. */
  whiskers?: 'x' | 'y';
  points: Point[];
  /** Left out of the legend. */
  isUnnamed?: boolean;
};

export type Point = {
  x: number;
  y: number;
  low?: number | null;
  high?: number | null;
  /** Independent trials or pairs behind it. */
  n?: number;
  /** CSS pixels; default 4. */
  radius?: number;
  look?: 'filled' | 'hollow' | 'faint';
  /** What the tooltip calls it. */
  label: Text;
  /** A name shown beside the point. */
  tag?: Text;
};

export type Mark = { axis: 'x' | 'y'; value: number; label: Text; color: Series['color'] };

export const SHAPES: readonly Series['shape'][] = ['circle', 'rect', 'triangle', 'rectRot', 'star', 'crossRot'];
