/**
 * Colours of the report. The series colours keep their order of lightness for the common kinds of colour blindness
 * (after Okabe and Ito 2008), reach 3:1 on their background, and never stand alone: shape and dash differ too.
 */
export const PALETTES = {
  light: {
    background: '#ffffff',
    surface: '#f6f7f9',
    border: '#d9dde3',
    grid: '#e7eaee',
    text: '#1b2129',
    muted: '#59636f',
    accent: '#0060a8',
    accentSoft: '#e5f0f9',
    good: '#00734f',
    warning: '#8a5a00',
    warningSoft: '#fdf3dc',
    serious: '#b3261e',
    seriousSoft: '#fdeceb',
    series: ['#0060a8', '#c75b00', '#00806a', '#8e4a9e', '#9a7300', '#3a8fc8', '#b0416b', '#6b7280'],
  },
  dark: {
    background: '#12161c',
    surface: '#1a2029',
    border: '#333c48',
    grid: '#2a323d',
    text: '#e8ecf1',
    muted: '#a3aebb',
    accent: '#6cb6f5',
    accentSoft: '#16293c',
    good: '#4fd1ae',
    warning: '#e5c04b',
    warningSoft: '#322a13',
    serious: '#ff8f86',
    seriousSoft: '#3b1d1b',
    series: ['#6cb6f5', '#ffa257', '#4fd1ae', '#d39be0', '#e5c04b', '#a4dcff', '#ff9dbb', '#9ca3af'],
  },
};
