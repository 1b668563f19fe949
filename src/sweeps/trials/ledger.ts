/** The account of what may be spent, in one unit: trials or time. Without a limit everything is affordable. */
export type Ledger = {
  pay(cost: number): void;
  /** What is left; infinite without a limit, below 0 when more was spent than allowed. */
  left(): number;
  affords(cost: number): boolean;
};

/** Sums of times are not exact. */
const ROUNDING = 1e-9;

export function openLedger(limit: number | null): Ledger {
  let spent = 0;
  const left = (): number => (limit === null ? Number.POSITIVE_INFINITY : limit - spent);
  return {
    pay: (cost) => {
      spent += cost;
    },
    left,
    affords: (cost) => cost <= left() + ROUNDING,
  };
}
