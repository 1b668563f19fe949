import type { Host } from '../core/ports.js';

/** Colours are for a terminal, and for a person who did not ask for none (https://no-color.org). */
export const hasColor = (host: Pick<Host, 'env'>): boolean => Boolean(process.stdout.isTTY) && !host.env('NO_COLOR');
