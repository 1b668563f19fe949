export type Palette = {
  background: string;
  surface: string;
  border: string;
  grid: string;
  text: string;
  muted: string;
  accent: string;
  accentSoft: string;
  good: string;
  warning: string;
  warningSoft: string;
  serious: string;
  seriousSoft: string;
  series: string[];
};
export const PALETTES: { light: Palette; dark: Palette };
