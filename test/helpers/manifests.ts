import { pathToFileURL } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { packageFile } from './tools.js';

/** Manifests of Kubernetes against the published schemas of its API. */

export type Manifest = {
  kind: string;
  metadata: { name: string };
  spec?: Record<string, unknown>;
  data?: Record<string, string>;
};

export function manifestsIn(text: string): Manifest[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) throw new Error('empty');
  return documents.map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

type SchemaCheck = { (data: unknown): boolean; errors?: { instancePath: string; keyword: string }[] | null };

const SCHEMAS: Record<string, string> = {
  ConfigMap: 'IoK8sApiCoreV1ConfigMap',
  Service: 'IoK8sApiCoreV1Service',
  Deployment: 'IoK8sApiAppsV1Deployment',
  Job: 'IoK8sApiBatchV1Job',
  CronJob: 'IoK8sApiBatchV1CronJob',
  PodDisruptionBudget: 'IoK8sApiPolicyV1PodDisruptionBudget',
  HorizontalPodAutoscaler: 'IoK8sApiAutoscalingV2HorizontalPodAutoscaler',
};

/** What the published schemas say against a manifest, and the fields they never look at, which the API would refuse. */
export async function schemaProblems(manifest: Manifest): Promise<string[]> {
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
