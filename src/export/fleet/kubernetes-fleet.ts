import type { Profile } from '../../core/profile.js';
import { containerPlan } from '../container-profile.js';
import { configMap, deployment, labels, podNeed } from '../kubernetes.js';
import { comment, oneLine, serviceName } from '../quoting.js';
import { withoutRealTime } from '../real-time.js';
import { type ExportFile, type ExportOptions, KEYS_NAME } from '../target.js';
import { because, type Node, yamlDocument } from '../yaml.js';

/** A kind of machine that serves: its profile, its nodes and what the capacity plan gives it. */
export type ServingKind = {
  id: string;
  name: string;
  profile: Profile;
  /** Names of its nodes, for the label that tells kinds apart. */
  nodes: readonly string[];
  replicas: number;
  /** Sequences of a replica; the profile's own without a plan. */
  sequences: number;
};

type Document = Parameters<typeof yamlDocument>[0];

const FLEET = 'r1-tune-fleet';
const KIND_LABEL = 'r1-tune.dev/kind';
const FLEET_LABELS: Document = { 'app.kubernetes.io/part-of': FLEET };
/** Share of a replica's sequences that may be busy before another replica is worth its start: above, requests begin to wait. */
const KNEE = 0.8;
/** Waiting requests a pod before another pod is worth its start. */
const WAITING_PER_POD = 1;
/** Replicas that the autoscaler may have for each that the plan gives. */
const MOST_OVER_PLAN = 2;

/** One Deployment a kind with that kind's profile, one Service over all, and for each kind an autoscaler and a disruption budget. */
export function kubernetesFleet(kinds: readonly ServingKind[], options: ExportOptions): ExportFile[] {
  const documents = [...kinds.flatMap((kind) => kindDocuments(kind, options)), service(options)];
  const head = [
    `A fleet of ${kinds.length} kinds of machines behind one Service (r1-tune export --to kubernetes --fleet).`,
    'Before: label the nodes of each kind, since a fingerprint is no label of Kubernetes:',
    ...kinds.map(({ id, name, nodes }) => `kubectl label node ${nodeWords(nodes)} ${KIND_LABEL}=${id}  (${name})`),
    `kubectl create secret generic ${FLEET}-keys --from-file=${KEYS_NAME}=FILE  (keys, one a line);`,
    `a PersistentVolumeClaim ${FLEET}-model (ReadOnlyMany) that holds the models: ${[...new Set(kinds.map(({ profile }) => containerPlan(profile).profile.model.path))].join(', ')}.`,
    'The Service gives every pod the same share, so the plan counts on the weakest kind. A balancer that knows who is busy (Envoy least-request) does better: r1-tune plan --balancer two-choices.',
  ];
  const text = documents.map((document) => `---\n${yamlDocument(document)}`).join('\n');
  return [{ name: `${FLEET}.yaml`, text: `${head.map((line) => comment(line)).join('\n')}\n${text}\n` }];
}

const nodeWords = (nodes: readonly string[]): string =>
  nodes.length === 0 ? 'NODE …' : nodes.map((node) => oneLine(node)).join(' ');

function kindDocuments(kind: ServingKind, options: ExportOptions): Document[] {
  const { id, profile, sequences, replicas } = kind;
  const name = `${serviceName(profile.name).slice(0, 40)}-${id.slice(0, 6)}`;
  const plan = containerPlan(withoutRealTime(profile), { replicas: 1, mlock: false, sequences });
  const own = deployment(name, plan, podNeed(profile, plan), options, {
    labels: FLEET_LABELS,
    pod: { ...placement(name, kind, plan.architecture), volumes: volumes(name) },
    replicas,
  });
  return [configMap(name, plan), own, autoscaler(name, kind), disruptionBudget(name)];
}

function placement(name: string, { id }: ServingKind, architecture: string): Document {
  return {
    nodeSelector: because('The machines that this profile was measured on.', {
      'kubernetes.io/arch': architecture,
      [KIND_LABEL]: id,
    }),
    topologySpreadConstraints: because(
      'Over as many nodes as there are, so that one that goes takes few answers with it.',
      [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: labels(name) as Node },
        },
      ],
    ),
  };
}

/** Keys and weights are those of the fleet, the profile is the kind's own. */
const volumes = (name: string): Node => [
  { name: 'profile', configMap: { name: `${name}-profile` } },
  { name: 'keys', secret: { secretName: `${FLEET}-keys`, defaultMode: 288 } },
  { name: 'model', persistentVolumeClaim: { claimName: `${FLEET}-model`, readOnly: true } },
  { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
];

function autoscaler(name: string, { replicas, sequences }: ServingKind): Document {
  const metric = (series: string, value: number): Node => ({
    type: 'Pods',
    pods: { metric: { name: series }, target: { type: 'AverageValue', averageValue: String(value) } },
  });
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, labels: labels(name) as Node },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: because('What the plan gives this kind.', replicas),
      maxReplicas: replicas * MOST_OVER_PLAN,
      metrics: because(
        `By requests in flight against the ${sequences} sequences of a replica, and by those that wait; not by CPU, which decode keeps busy with one user as with ten. Needs a metrics adapter that offers the series vllm:num_requests_running and vllm:num_requests_waiting of /metrics under these names.`,
        [
          metric('vllm_num_requests_running', Math.max(1, Math.floor(KNEE * sequences))),
          metric('vllm_num_requests_waiting', WAITING_PER_POD),
        ],
      ),
      behavior: because('A pod that loads for a minute should not come and go.', {
        scaleDown: { stabilizationWindowSeconds: 600 },
      }),
    },
  };
}

const disruptionBudget = (name: string): Document => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, labels: labels(name) as Node },
  spec: {
    maxUnavailable: because('Drained nodes give back one pod of the kind after the other.', 1),
    selector: { matchLabels: labels(name) as Node },
  },
});

const service = (options: ExportOptions): Document => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: FLEET, labels: FLEET_LABELS as Node },
  spec: {
    selector: FLEET_LABELS as Node,
    ports: [{ name: 'http', port: options.port, targetPort: 'http' }],
  },
});
