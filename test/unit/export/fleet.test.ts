import { describe, expect, it } from 'vitest';
import { exportSweep, type SweepOptions } from '../../../src/export/fleet/index.js';
import { kubernetesFleet, type ServingKind } from '../../../src/export/fleet/kubernetes-fleet.js';
import { EXPORTED_NAMES, exportedProfile } from '../../helpers/exported.js';
import { manifestsIn, schemaProblems } from '../../helpers/manifests.js';

const OPTIONS: SweepOptions = {
  ...{ pool: 'cpu-large', model: '/models/r1.gguf', sweepArguments: ['--budget', '20m'], image: 'r1-tune:local' },
  ...{ nodes: 12, selector: 'pool=cpu-large', cpus: 15, memoryMebibytes: 12288, profile: null },
};

// biome-ignore lint/suspicious/noExplicitAny: a manifest is a tree of plain values here.
type Tree = any;

describe('kubernetes-sweep', () => {
  it.each(EXPORTED_NAMES)('with the gate of %s fits the schemas of the API', async (name) => {
    const manifests = manifestsIn(
      exportSweep('kubernetes-sweep', { ...OPTIONS, profile: exportedProfile(name) })[0]!.text,
    );
    expect(manifests.map(({ kind }) => kind)).toEqual(['Job', 'ConfigMap', 'CronJob']);
    for (const manifest of manifests) expect(await schemaProblems(manifest)).toEqual([]);
  });

  it('gives every node one pod to itself, Guaranteed, with whole CPUs', () => {
    const [job] = manifestsIn(exportSweep('kubernetes-sweep', OPTIONS)[0]!.text) as Tree[];
    const pod = job.spec.template.spec;
    const [container] = pod.containers;
    expect(job.spec).toMatchObject({ completionMode: 'Indexed', completions: 12, parallelism: 12 });
    expect(pod.nodeSelector).toEqual({ pool: 'cpu-large' });
    const [term] = pod.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    expect(term.topologyKey).toBe('kubernetes.io/hostname');
    expect(job.spec.template.metadata.labels).toMatchObject(term.labelSelector.matchLabels);
    expect(container.resources.requests).toEqual({ cpu: '15', memory: '12288Mi' });
    expect(container.resources.limits).toEqual(container.resources.requests);
    expect(container.args).toEqual(['sweep', '--model', '/models/r1.gguf', '--budget', '20m']);
    const volumes = pod.volumes.map(({ name }: Tree) => name);
    for (const { name } of container.volumeMounts) expect(volumes).toContain(name);
  });

  it.each([
    [{ nodes: 0 }, /how many nodes/],
    [{ nodes: ['a'] }, /how many nodes/],
    [{ selector: 'large' }, /expected a label/],
  ])('refuses %o', (wrong, message) => {
    expect(() => exportSweep('kubernetes-sweep', { ...OPTIONS, ...wrong })).toThrow(message);
  });
});

it.each(['-oProxyCommand=x', 'a b', 'a;reboot', '$(x)'])('ssh-sweep takes no machine named "%s"', (node) => {
  expect(() => exportSweep('ssh-sweep', { ...OPTIONS, nodes: [node] })).toThrow(/not a name that ssh takes/);
});

describe('kubernetes --fleet', () => {
  const kinds = EXPORTED_NAMES.slice(0, 3).map(
    (name, i): ServingKind => ({
      ...{ id: `${i}a1b2c3d4e5f`, name: `kind ${i}\n---\nkind: Evil`, profile: exportedProfile(name) },
      ...{ nodes: ['node-1', 'node-2'], replicas: 3 + i, sequences: 4 },
    }),
  );
  const options = { host: '127.0.0.1', port: 7860, image: 'r1-tune:local', profilePath: '/etc/r1-tune/profile.json' };
  const manifests = manifestsIn(kubernetesFleet(kinds, options)[0]!.text) as Tree[];

  it('is a Deployment, autoscaler and disruption budget a kind and one Service, and fits the schemas of the API', async () => {
    const each = ['ConfigMap', 'Deployment', 'HorizontalPodAutoscaler', 'PodDisruptionBudget'];
    expect(manifests.map(({ kind }) => kind)).toEqual([...kinds.flatMap(() => each), 'Service']);
    for (const manifest of manifests) expect(await schemaProblems(manifest)).toEqual([]);
    expect(new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).size).toBe(manifests.length);
  });

  it('sends each kind to its own nodes, all behind the one Service, and scales by requests against its sequences', () => {
    const service = manifests.at(-1);
    const deployments = manifests.filter(({ kind }) => kind === 'Deployment');
    for (const [i, { spec }] of deployments.entries()) {
      expect(spec.replicas).toBe(3 + i);
      expect(spec.template.spec.nodeSelector['r1-tune.dev/kind']).toBe(kinds[i]!.id);
      expect(spec.template.metadata.labels).toMatchObject(service.spec.selector);
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    }
    const [scaler] = manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
    expect(scaler.spec.metrics.map(({ pods }: Tree) => [pods.metric.name, pods.target.averageValue])).toEqual([
      ['vllm_num_requests_running', '3'],
      ['vllm_num_requests_waiting', '1'],
    ]);
  });
});
