import { R1Error } from '../../core/errors.js';

/** What the file system said while `path` was written, as an error with a fix. Other errors pass as they are. */
export function outputError(path: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new R1Error('DISK_FULL', `The disk became full while ${path} was written.`, { cause });
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST')
    return new R1Error('OUTPUT_UNWRITABLE', `${path} cannot be written: ${(cause as Error).message}.`, { cause });
  return cause;
}
