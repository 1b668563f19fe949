import { table } from '../../core/table.js';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const padded = (value: number, width = 2): string => String(value).padStart(width, '0');
const dayOfYear = (date: Date): number =>
  Math.round(
    (Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) - Date.UTC(date.getFullYear(), 0, 0)) / 864e5,
  );
const hour12 = (date: Date): number => date.getHours() % 12 || 12;

/** Directives of Python's strftime in the C locale: templates are written for English names, whatever this machine speaks. */
const DIRECTIVES: Readonly<Record<string, (date: Date) => string>> = table({
  Y: (date) => String(date.getFullYear()),
  y: (date) => padded(date.getFullYear() % 100),
  m: (date) => padded(date.getMonth() + 1),
  B: (date) => MONTHS[date.getMonth()]!,
  b: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  h: (date) => MONTHS[date.getMonth()]!.slice(0, 3),
  d: (date) => padded(date.getDate()),
  e: (date) => String(date.getDate()).padStart(2),
  j: (date) => padded(dayOfYear(date), 3),
  A: (date) => DAYS[date.getDay()]!,
  a: (date) => DAYS[date.getDay()]!.slice(0, 3),
  w: (date) => String(date.getDay()),
  u: (date) => String(date.getDay() || 7),
  H: (date) => padded(date.getHours()),
  I: (date) => padded(hour12(date)),
  M: (date) => padded(date.getMinutes()),
  S: (date) => padded(date.getSeconds()),
  f: (date) => padded(date.getMilliseconds() * 1000, 6),
  p: (date) => (date.getHours() < 12 ? 'AM' : 'PM'),
  F: (date) => strftime(date, '%Y-%m-%d'),
  T: (date) => strftime(date, '%H:%M:%S'),
  R: (date) => strftime(date, '%H:%M'),
  D: (date) => strftime(date, '%m/%d/%y'),
  c: (date) => strftime(date, '%a %b %e %H:%M:%S %Y'),
  x: (date) => strftime(date, '%m/%d/%y'),
  X: (date) => strftime(date, '%H:%M:%S'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  z: () => '',
  Z: () => '',
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
});

/**
 * Python's `datetime.strftime` of a local time without a zone; `%-d` and the like drop leading zeros, as glibc has it.
 * Throws for a directive that is not known.
 */
export function strftime(date: Date, format: string): string {
  return format.replace(/%(-?)(.)/gs, (whole, minus: string, name: string) => {
    const directive = DIRECTIVES[name];
    if (directive === undefined) throw new Error(`strftime_now: "${whole}" is not known`);
    const text = directive(date);
    return minus === '' ? text : text.replace(/^[0 ]+(?=.)/, '');
  });
}
