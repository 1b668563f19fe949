import type { Profile } from '../core/profile.js';
import { composeFiles } from './compose.js';
import { dockerFiles } from './docker.js';
import { kubernetesManifests } from './kubernetes.js';
import { llamaServerScript } from './llama-server.js';
import { shellScript } from './shell.js';
import { systemdUnit } from './systemd.js';
import { DEFAULT_OPTIONS, type Exporter, type ExportFile, type ExportOptions, type ExportTarget } from './target.js';

const EXPORTERS: Record<ExportTarget, Exporter> = {
  systemd: systemdUnit,
  kubernetes: kubernetesManifests,
  docker: dockerFiles,
  compose: composeFiles,
  shell: shellScript,
  'llama-server': llamaServerScript,
};

/** The files of a deployment: a pure function of the profile and the options. Throws `USAGE` for what cannot be served so. */
export function exportProfile(
  profile: Profile,
  target: ExportTarget,
  options: Partial<ExportOptions> = {},
): ExportFile[] {
  return EXPORTERS[target](profile, { ...DEFAULT_OPTIONS, ...options });
}

export { EXPORT_TARGETS, type ExportFile, type ExportOptions, type ExportTarget } from './target.js';
