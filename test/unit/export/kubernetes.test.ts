import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../../src/core/profile.js';
import { exportProfile } from '../../../src/export/index.js';
import { EXPORTED_NAMES, exportedProfile } from '../../helpers/exported.js';
import { type Manifest, manifestsIn, schemaProblems } from '../../helpers/manifests.js';

/** The manifests against the published schemas of the API, and against what a deployment must promise. */

describe('kubernetes', () => {
  const manifests = (name: string): Manifest[] =>
    manifestsIn(exportProfile(exportedProfile(name), 'kubernetes')[0]!.text);

  it.each(EXPORTED_NAMES)('%s fits the schemas of the API, unknown fields refused', async (name) => {
    const found = manifests(name);
    expect(found.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment', 'Service', 'HorizontalPodAutoscaler']);
    for (const manifest of found) expect(await schemaProblems(manifest)).toEqual([]);
    const deployment = structuredClone(found[1]) as unknown as {
      spec: { template: { spec: { containers: object[] } } };
    };
    Object.assign(deployment.spec.template.spec.containers[0]!, { readynessProbe: {} });
    expect(await schemaProblems(deployment as never)).not.toEqual([]);
  });

  it.each(EXPORTED_NAMES)('%s is Guaranteed, hardened, and waits longer than its server', (name) => {
    const [config, deployment] = manifests(name);
    // biome-ignore lint/suspicious/noExplicitAny: a manifest is a tree of plain values here.
    const pod = (deployment as any).spec.template.spec;
    const [container] = pod.containers;
    expect(container.resources.requests).toEqual(container.resources.limits);
    expect(container.resources.limits.cpu).toMatch(/^\d+$/);
    expect(container.resources.limits.memory).toMatch(/^\d+Mi$/);
    expect(pod.containers).toHaveLength(1);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(310);
    expect(container.livenessProbe.httpGet.path).toBe('/livez');
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
    expect(pod.securityContext.runAsNonRoot).toBe(true);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const document of [config, deployment])
      expect(document!.metadata.name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    const inside = profileSchema.parse(JSON.parse(config!.data!['profile.json']!));
    expect(inside.candidate.binding.tool).toBe('none');
    expect(inside.candidate.replicas).toBe(1);
    expect(inside.model.path).toMatch(/^\/models\/[^/]+$/);
  });
});
