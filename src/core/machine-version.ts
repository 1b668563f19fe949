/** History of the format of a machine's document. 1: first. */
export const MACHINE_SCHEMA_VERSION = 1;
