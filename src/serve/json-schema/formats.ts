import { table } from '../../core/table.js';

/**
 * The texts of each `format` of JSON Schema that can be enforced, as patterns; each allows only what the standard allows, and
 * leaves out its rarest forms.
 */

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
/** RFC 3339; years from 1000 on, since readers do not agree about those before. */
const LEAP_YEAR = '(?:[1-9]\\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)';
const DATE =
  '(?:[1-9]\\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))' +
  `|${LEAP_YEAR}-02-29)`;
const CLOCK = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?';
const OFFSET = '(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const N = '\\d{1,9}';
const HOURS = `(?:${N}H(?:${N}M)?(?:${N}S)?|${N}M(?:${N}S)?|${N}S)`;
const DAYS = `(?:${N}Y(?:${N}M)?(?:${N}D)?|${N}M(?:${N}D)?|${N}D)`;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
/** RFC 5321 without quotes and comments. */
const MAILBOX = "[A-Za-z0-9_'+-]+(?:\\.[A-Za-z0-9_'+-]+)*";
const PATH_CHARACTER = "(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})";
const H16 = '[0-9A-Fa-f]{1,4}';
/** RFC 4291: eight groups, or fewer around one `::`. */
const IPV6 = [
  `(?:${H16}:){7}${H16}`,
  ...Array.from({ length: 7 }, (_, before) => {
    const left = before === 0 ? '' : `${H16}(?::${H16}){${before - 1}}`;
    return `${left}::(?:${H16}(?::${H16}){0,${6 - before}})?`;
  }),
  `${H16}(?::${H16}){6}::`,
].join('|');

export const FORMATS: Readonly<Record<string, string>> = table({
  email: `^${MAILBOX}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z]{2,}$`,
  uuid: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$',
  date: `^${DATE}$`,
  time: `^${CLOCK}${OFFSET}$`,
  'date-time': `^${DATE}T${CLOCK}${OFFSET}$`,
  duration: `^P(?:${N}W|${DAYS}(?:T${HOURS})?|T${HOURS})$`,
  ipv4: `^${OCTET}(?:\\.${OCTET}){3}$`,
  ipv6: `^(?:${IPV6})$`,
  hostname: `^${LABEL}(?:\\.${LABEL})*$`,
  uri: `^[a-z][a-z0-9+-]*://[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*(?::[1-9]\\d{0,3})?(?:/${PATH_CHARACTER}*)?(?:\\?${PATH_CHARACTER}*)?(?:#${PATH_CHARACTER}*)?$`,
});

/** Names that say how a value is to be shown or stored, and allow every value of the type. */
export const FREE_FORMATS = new Set(['password', 'path', 'file-path', 'directory-path', 'float', 'double', 'int64']);
