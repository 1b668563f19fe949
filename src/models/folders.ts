import { join } from 'node:path';

/** Where models are kept under R1TUNE_HOME. */
export const pulledFolder = (home: string, id: string): string => join(home, 'models', id.replace('/', '--'));
export const syntheticFolder = (home: string): string => join(home, 'models', 'synthetic');
export const derivedFolder = (home: string): string => join(home, 'models', 'derived');
