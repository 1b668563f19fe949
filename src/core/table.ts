/**
 * Rows that are looked up by text from a document, a file or a machine. Without a prototype, so that "constructor" and
 * "__proto__" find nothing, like any other name that has no row.
 */
export const table = <T extends object>(rows: T): Readonly<T> =>
  Object.freeze(Object.assign(Object.create(null), rows));

/** A row of an object that somebody else made, for example one that was parsed. */
export const ownRow = <T>(rows: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(rows, name) ? rows[name] : undefined;
