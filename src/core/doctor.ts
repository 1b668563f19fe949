import * as z from 'zod';

export const doctorCheckSchema = z.object({
  id: z.string().describe('Stable name of the part, kebab-case.'),
  title: z.string().describe('The part, as people call it.'),
  state: z
    .enum(['works', 'missing', 'fails', 'unsupported'])
    .describe('works: it was used here and did what it should. unsupported: there is no such thing on this system.'),
  required: z.boolean().describe('True when nothing can be measured without it.'),
  detail: z.string().describe('What was seen.'),
  fix: z.string().nullable().describe('The line that installs or allows it; null where nothing is to be done.'),
});
export type DoctorCheck = z.infer<typeof doctorCheckSchema>;

export const doctorSchema = z
  .object({
    schemaVersion: z.literal(1).describe('Version of this format.'),
    kind: z.literal('r1-tune/doctor').describe('What this document is.'),
    version: z.string().describe('Version of r1-tune.'),
    ok: z.boolean().describe('True when every required part works.'),
    checks: z.array(doctorCheckSchema).describe('One entry for each part of the installation.'),
  })
  .describe('What of this installation works on this machine.');
export type Doctor = z.infer<typeof doctorSchema>;
