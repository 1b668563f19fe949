import type { ChartConfiguration } from 'chart.js';
import type { ChartSpec } from '../charts/spec.js';
import type { Language } from '../texts/text.js';
import type { Palette } from './palette.js';

/** A chart of plain data → the configuration Chart.js draws, in one language, palette and font, for a plot `width` CSS pixels wide. */
export function chartConfiguration(
  spec: ChartSpec,
  look: { language: Language; palette: Palette; font: string; width?: number; hasTitle?: boolean },
): ChartConfiguration;
