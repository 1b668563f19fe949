import * as z from 'zod';
import { type ErrorCode, R1Error } from '../core/errors.js';

/** version n → the same document as version n + 1. */
export type Upgrades = Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>>;

export type DocumentKind<T> = {
  kind: string;
  version: number;
  schema: z.ZodType<T>;
  upgrades: Upgrades;
  error: ErrorCode;
};

function versionOf(document: unknown, what: DocumentKind<unknown>, path: string): number {
  const { kind, schemaVersion } = (document ?? {}) as { kind?: unknown; schemaVersion?: unknown };
  if (kind !== what.kind)
    throw new R1Error(
      what.error,
      `${path} is not a ${what.kind} document: its "kind" is ${JSON.stringify(kind) ?? 'missing'}.`,
    );
  if (!Number.isInteger(schemaVersion) || (schemaVersion as number) < 1)
    throw new R1Error(
      what.error,
      `${path}: "schemaVersion" is ${JSON.stringify(schemaVersion) ?? 'missing'}; expected 1 to ${what.version}.`,
    );
  return schemaVersion as number;
}

/** Brings a document of any known version to the present one and checks every field. */
export function upgradeDocument<T>(document: unknown, what: DocumentKind<T>, path: string): T {
  let version = versionOf(document, what as DocumentKind<unknown>, path);
  if (version > what.version)
    throw new R1Error(
      what.error,
      `${path} has schemaVersion ${version}; this r1-tune knows versions up to ${what.version}.`,
      {
        fix: 'Update r1-tune, or make the file again with this version.',
      },
    );
  let current = document as Record<string, unknown>;
  for (; version < what.version; version++) current = what.upgrades[version]!(current);
  const parsed = what.schema.safeParse(current);
  if (parsed.success) return parsed.data;
  throw new R1Error(what.error, `${path} does not match its schema:\n${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}
