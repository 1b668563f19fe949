#!/usr/bin/env node
import * as nodeModule from 'node:module';

/**
 * Starts the program. Node keeps the compiled code of what is imported from here on, where it can (22.1 and later):
 * most of the time that a short command takes is reading and compiling files.
 */
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
enableCompileCache?.();
await import('./program.js');
