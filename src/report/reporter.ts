import type { ClaimsDocument } from '../core/claims.js';
import type { Language } from './texts/text.js';

export const REPORT_FORMATS = ['html', 'md', 'csv', 'json', 'png'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The user's own figures. Money is in `currency`; every figure may be absent, and then what rests on it is "not available". */
export type CostOptions = {
  currency?: string | undefined;
  /** Price of the machine, an hour. */
  pricePerHour?: number | undefined;
  /** Mean electric power of the machine under this load, watts. */
  watts?: number | undefined;
  /** The seed article's comparison: buying and running this machine against a GPU machine. */
  cpu?: MachinePrice | undefined;
  gpu?: (MachinePrice & { tokensPerSecond?: number | undefined }) | undefined;
  /** Months over which a purchase is spread; 12 is the article's year. */
  months?: number | undefined;
};
export type MachinePrice = { purchase: number; monthly: number };

export type ReportOptions = {
  /** Language that the report opens in; the page can be switched. */
  language?: Language;
  cost?: CostOptions;
  /** The result of `r1-tune claims`, for a section of its own. */
  claims?: ClaimsDocument | undefined;
};

/** A file of the report: its name inside the folder of the run, and what is in it. */
export type ReportFile = { name: string; data: string | Uint8Array };
