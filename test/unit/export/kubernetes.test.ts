import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { profileSchema } from '../../../src/core/profile.js';
import { exportProfile } from '../../../src/export/index.js';
import { EXPORTED_NAMES, exportedProfile } from '../../helpers/exported.js';
import { packageFile } from '../../helpers/tools.js';

/** The manifests against the published schemas of the API, and against what a deployment must promise. */

type Manifest = {
  kind: string;
  metadata: { name: string };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
};

describe('kubernetes', () => {
  const manifests = (name: string): Manifest[] => {
    const text = exportProfile(exportedProfile(name), 'kubernetes')[0]!.text;
    const documents = parseAllDocuments(text);
    if (!Array.isArray(documents)) throw new Error('empty');
    return documents.map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    });
  };

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

type SchemaCheck = { (data: unknown): boolean; errors?: { instancePath: string; keyword: string }[] | null };

const SCHEMAS: Record<string, string> = {
  ConfigMap: 'IoK8sApiCoreV1ConfigMap',
  Service: 'IoK8sApiCoreV1Service',
  Deployment: 'IoK8sApiAppsV1Deployment',
  HorizontalPodAutoscaler: 'IoK8sApiAutoscalingV2HorizontalPodAutoscaler',
};

/** What the published schemas say against a manifest, and the fields they never look at, which the API would refuse. */
async function schemaProblems(manifest: Manifest): Promise<string[]> {
  const path = packageFile('kubernetes-models', `_schemas/${SCHEMAS[manifest.kind]}.mjs`);
  const { validate } = (await import(/* @vite-ignore */ pathToFileURL(path).href)) as { validate: SchemaCheck };
  const unread = new Set<string>();
  const isValid = validate(watched(manifest, '', unread));
  const errors = isValid
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath}: ${keyword}`);
  return [...errors, ...[...unread].map((field) => `${field}: unknown field`)];
}

/** A view of a value that notes which of its fields nobody has read. One view an object, so that each read counts. */
function watched(value: unknown, path: string, unread: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const views = new Map<string, unknown>();
  for (const [key, field] of Object.entries(value)) {
    unread.add(`${path}/${key}`);
    views.set(key, watched(field, `${path}/${key}`, unread));
  }
  return new Proxy(value, {
    get(target, key) {
      if (typeof key !== 'string' || !views.has(key)) return Reflect.get(target, key);
      unread.delete(`${path}/${key}`);
      return views.get(key);
    },
  });
}
