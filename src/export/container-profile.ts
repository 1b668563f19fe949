import { posix } from 'node:path';
import { type Allocator, type Candidate, NO_BINDING } from '../core/candidate.js';
import { R1Error } from '../core/errors.js';
import type { Profile } from '../core/profile.js';
import { table } from '../core/table.js';
import { escapeUnprintable } from './quoting.js';
import { MODEL_MOUNT } from './target.js';

/** Debian packages of allocators and their files, as in the image that the docker target builds (Debian 12). */
const PACKAGES: Record<string, { name: string; file: string }> = table({
  jemalloc: { name: 'libjemalloc2', file: 'libjemalloc.so.2' },
  tcmalloc: { name: 'libtcmalloc-minimal4', file: 'libtcmalloc_minimal.so.4' },
  mimalloc: { name: 'libmimalloc2.0', file: 'libmimalloc.so.2.0' },
});
/** Debian's library folder and the architecture names of Kubernetes and Docker, by Node's name. */
const ARCHITECTURES: Record<string, { folder: string; container: string }> = table({
  x64: { folder: 'x86_64-linux-gnu', container: 'amd64' },
  arm64: { folder: 'aarch64-linux-gnu', container: 'arm64' },
});

export type ContainerPlan = {
  /** The profile as it must read inside the container. */
  profile: Profile;
  /** Folder of this machine to mount at /models. */
  modelFolder: string;
  allocatorPackage: string | null;
  /** amd64 or arm64. */
  architecture: string;
};

/**
 * The same deployment with the outside's work left to the outside: the container holds the CPUs and memory nodes, since
 * numactl inside needs rights that containers do not have, and model and allocator lie where the image has them.
 */
export function containerPlan(profile: Profile, changes: Partial<Candidate> = {}): ContainerPlan {
  const arch = String(profile.machine.hard.arch ?? 'x64');
  const architecture = ARCHITECTURES[arch];
  if (!architecture)
    throw new R1Error('USAGE', `There is no container image for the architecture "${arch}"; expected x64 or arm64.`, {
      fix: 'Use --to systemd or --to shell on such a machine.',
    });
  const found = PACKAGES[profile.candidate.allocator.name] ?? null;
  const allocator: Allocator = {
    name: profile.candidate.allocator.name,
    path: found && `/usr/lib/${architecture.folder}/${found.file}`,
  };
  const { folder, inside } = modelPlace(profile);
  return {
    profile: {
      ...profile,
      model: { ...profile.model, path: inside },
      candidate: { ...profile.candidate, binding: NO_BINDING, allocator, ...changes },
    },
    modelFolder: folder,
    allocatorPackage: found?.name ?? null,
    architecture: architecture.container,
  };
}

/** A GGUF is one file; an ONNX model is a folder, whose parts must stay together. */
function modelPlace({ model }: Profile): { folder: string; inside: string } {
  const folder = posix.dirname(model.path.replaceAll('\\', '/'));
  const file = posix.basename(model.path.replaceAll('\\', '/'));
  return { folder, inside: posix.join(MODEL_MOUNT, file) };
}

/** Escaped as JSON allows, so that it stays the same lines inside any other format. */
export const profileText = (profile: Profile): string => `${escapeUnprintable(JSON.stringify(profile, null, 2))}\n`;
