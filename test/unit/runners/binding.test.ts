import { describe, expect, it } from 'vitest';
import { type Binding, baseCandidate, type Candidate } from '../../../src/core/candidate.js';
import { boundCommand } from '../../../src/runners/binding.js';
import { childEnvironment } from '../../../src/runners/launch.js';

const base = baseCandidate('fake', 'q4_0', 2);
const commandOf = (changes: Partial<Candidate>) =>
  boundCommand({ ...base, ...changes }, '/bin/node', ['-x'], 'child.js');
const numactl = (cpus: string | null, memory: Binding['memory']): Candidate['binding'] => ({
  name: 'n',
  tool: 'numactl',
  cpus,
  memory,
});

describe('boundCommand', () => {
  it('without a binding is the program itself', () =>
    expect(commandOf({})).toEqual({ file: '/bin/node', args: ['-x', 'child.js'], env: {} }));

  it('puts taskset before the program, so that it holds from the first instruction', () =>
    expect(commandOf({ binding: { name: 't', tool: 'taskset', cpus: '0-2,5', memory: null } })).toMatchObject({
      file: 'taskset',
      args: ['-c', '0-2,5', '/bin/node', '-x', 'child.js'],
    }));

  it.each([
    [numactl('0-3', null), ['--physcpubind=0-3']],
    [numactl('0-3', { policy: 'bind', nodes: '0' }), ['--physcpubind=0-3', '--membind=0']],
    [numactl(null, { policy: 'interleave', nodes: '0-1' }), ['--interleave=0-1']],
    [numactl(null, { policy: 'preferred', nodes: '1' }), ['--preferred=1']],
    [numactl('4', { policy: 'local', nodes: null }), ['--physcpubind=4', '--localalloc']],
  ])('numactl of %o', (binding, flags) =>
    expect(commandOf({ binding })).toMatchObject({ file: 'numactl', args: [...flags, '/bin/node', '-x', 'child.js'] }),
  );

  it('preloads the allocator and asks glibc for huge pages', () =>
    expect(
      commandOf({ allocator: { name: 'jemalloc', path: '/l/libjemalloc.so.2' }, hugePages: 'always' }).env,
    ).toEqual({ LD_PRELOAD: '/l/libjemalloc.so.2', GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' }));
});

describe('childEnvironment', () => {
  it('drops every knob of the shell that nobody recorded, and keeps the rest', () => {
    const shell = {
      PATH: '/bin',
      HOME: '/root',
      LD_LIBRARY_PATH: '/opt/lib',
      LD_PRELOAD: '/x.so',
      GLIBC_TUNABLES: 'x',
      MALLOC_CONF: 'y',
      MALLOC_ARENA_MAX: '1',
      GGML_NUMA: '1',
      LLAMA_ARG_THREADS: '3',
      NODE_OPTIONS: '--inspect',
      NODE_OPTIONS_NOTE: 'kept',
    };
    expect(childEnvironment(shell, {})).toEqual({
      PATH: '/bin',
      HOME: '/root',
      LD_LIBRARY_PATH: '/opt/lib',
      NODE_OPTIONS_NOTE: 'kept',
    });
  });

  it('adds what the candidate asks for', () =>
    expect(childEnvironment({ LD_PRELOAD: '/theirs.so' }, { LD_PRELOAD: '/ours.so' })).toEqual({
      LD_PRELOAD: '/ours.so',
    }));
});
