import * as z from 'zod';

/** One line of a gate's history, a JSON Lines file that is only ever appended to. */
export const gateHistoryEntrySchema = z
  .object({
    schemaVersion: z.literal(1),
    kind: z.literal('r1-tune/gate-history-entry'),
    key: z
      .string()
      .describe('Hash of configuration, model file, machine fingerprint and workload: what may be compared.'),
    at: z.string().describe('When it was measured, ISO 8601.'),
    commit: z.string().nullable().describe('Commit that was measured; null where nobody said.'),
    engine: z.string().nullable().describe('Engine name and version; null where no trial gave a number.'),
    configuration: z.string().describe('The configuration in words.'),
    machine: z.string().describe("Hash of the machine's hard facts."),
    trials: z.int().min(0).describe('Fresh processes behind each value.'),
    values: z.record(z.string(), z.number().positive()).describe('Median of each metric, in the unit of the metric.'),
    isAccepted: z
      .boolean()
      .optional()
      .describe('True where people accepted the level from here on: what lies before no longer counts.'),
  })
  .describe('One measurement of a profile on a machine.');
export type GateHistoryEntry = z.infer<typeof gateHistoryEntrySchema>;
