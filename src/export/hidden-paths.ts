import { posix } from 'node:path';
import { R1Error } from '../core/errors.js';
import type { ModelFormat } from '../core/model.js';
import type { Profile } from '../core/profile.js';
import { partNames } from '../formats/gguf/part-names.js';
import { systemdValue } from './quoting.js';

/** A file that the unit's walls would hide, and the place that hides it. */
export type Hidden = { path: string; what: string; place: 'home' | 'tmp' };

/** ProtectHome= hides these (systemd.exec(5)); homes are often closed to other users as well. */
const HOMES = ['/home', '/root', '/run/user'];
/** PrivateTmp= gives the service its own. */
const TEMPORARY = ['/tmp', '/var/tmp'];

const isBelow = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/** What is read of a model: every part of a GGUF; the folder of a graph, whose weights and tokenizer lie beside it. */
const MODEL_PATHS: Record<ModelFormat, (path: string) => string[]> = {
  gguf: partNames,
  onnx: (path) => [posix.dirname(path)],
};

/** Of the files that the service reads those it would not see. */
export function hiddenFiles({ model, candidate }: Profile, profilePath: string): Hidden[] {
  const read = [
    ...MODEL_PATHS[model.format](model.path).map((path) => ({ what: 'The model', path })),
    { what: 'The profile', path: profilePath },
    { what: 'The allocator', path: candidate.allocator.path },
  ];
  return read.flatMap(({ what, path: raw }): Hidden[] => {
    const path = raw === null ? '' : posix.normalize(raw);
    if (isBelow(path, HOMES)) return [{ what, path, place: 'home' }];
    if (isBelow(path, TEMPORARY)) return [{ what, path, place: 'tmp' }];
    return [];
  });
}

const WHY = {
  home: 'lies in a home folder, which is hidden and may be closed: this alone is shown',
  tmp: 'lies in a folder for temporary files, which the service has its own of and which is emptied at boot: better moved',
};

/** Shows one hidden file to the service. Throws `USAGE` for a path that the directive cannot name. */
export function shownFile({ path, what, place }: Hidden): [directive: string, why: string] {
  if (path.includes(':'))
    throw new R1Error('USAGE', `${what} ${path} cannot be shown to a systemd service: its path has a colon.`, {
      fix: 'Move it, for example below /srv or /var/lib, and export again.',
    });
  const readable = 'It must be readable by others (chmod o+r)';
  const reload = what === 'The profile' ? '; one that replaces it is seen after a restart' : '';
  return [`BindReadOnlyPaths=${systemdValue(path)}`, `${what} ${WHY[place]}. ${readable}${reload}.`];
}
