import type { Profile } from '../core/profile.js';
import { type ContainerPlan, containerPlan, profileText } from './container-profile.js';
import { CONTAINER_USER } from './docker.js';
import { provenanceLines } from './provenance.js';
import { comment, serviceName } from './quoting.js';
import { isRealTime, withoutRealTime } from './real-time.js';
import { containerCpus, measuredCpus, memoryNeed } from './sizing.js';
import {
  ANY_HOST,
  DRAIN_SECONDS,
  type Exporter,
  type ExportFile,
  type ExportOptions,
  KEYS_NAME,
  MODEL_MOUNT,
  serveArguments,
} from './target.js';
import { because, type Node, yamlDocument } from './yaml.js';

const PROFILE_FOLDER = '/etc/r1-tune';
const KEYS_FOLDER = '/run/secrets/r1-tune';
/** Seconds in which load balancers take a stopping pod off their lists. */
const PRE_STOP_SECONDS = 10;
/** Waiting requests a pod before another pod is worth its start. */
const WAITING_PER_POD = 2;
/** Pods the autoscaler may have for each replica of the profile. */
const PODS_PER_REPLICA = 4;

/** Deployment, Service, autoscaler and the profile as a ConfigMap, in one file. One worker a pod: more speed is more pods. */
export const kubernetesManifests: Exporter = (profile, options) => {
  const name = serviceName(profile.name);
  const plan = containerPlan(withoutRealTime(profile), { replicas: 1, mlock: false });
  const need = podNeed(profile, plan);
  const documents = [
    configMap(name, plan),
    deployment(name, plan, need, options),
    service(name, options),
    autoscaler(name, profile.candidate.replicas),
  ];
  const head = [
    ...provenanceLines(profile),
    'Before: build and push the image (r1-tune export --to docker writes its Dockerfile) and set it below;',
    `kubectl create secret generic ${name}-keys --from-file=${KEYS_NAME}=FILE  (keys, one a line);`,
    `a PersistentVolumeClaim ${name}-model that holds the model (${plan.profile.model.path} in the pod).`,
    ...(profile.candidate.mlock
      ? ['The profile locks the weights in RAM; pods cannot raise that limit, so it is off here (nodes rarely swap).']
      : []),
    ...(isRealTime(profile.candidate)
      ? ["The profile runs llama.cpp's threads in real time; pods cannot raise that limit, so it is off here."]
      : []),
    ...roomLines(need, profile.candidate.replicas),
    'Exclusive cores need the kubelet option cpuManagerPolicy: static on the node; without it threads share CPUs.',
  ];
  const text = documents.map((document) => `---\n${yamlDocument(document)}`).join('\n');
  return [{ name: `${name}.yaml`, text: `${head.map((line) => comment(line)).join('\n')}\n${text}\n` }] as ExportFile[];
};

/** The profile as one replica of it needs it: one worker a pod. */
export const podNeed = (profile: Profile, plan: ContainerPlan): Profile => ({
  ...plan.profile,
  expected: { ...profile.expected, peakRssBytes: perReplica(profile) },
});

/** What nodes must have, said before anything waits as Pending. */
function roomLines(need: Profile, replicas: number): string[] {
  const { cpus } = containerCpus(need);
  const measured = measuredCpus(need);
  return [
    `A pod asks for ${cpus} CPUs and ${memoryNeed(need).mebibytes} MiB. Nodes keep a part of their CPUs for themselves, so it needs a node with more than ${cpus}; an update needs room for one more pod, the autoscaler for up to ${replicas * PODS_PER_REPLICA}.`,
    ...(measured !== null && cpus >= measured
      ? [`The measured machine had ${measured}: as a node it is too small for this pod.`]
      : []),
  ];
}

function perReplica({ expected, candidate }: Profile): number | null {
  return expected.peakRssBytes === null ? null : Math.ceil(expected.peakRssBytes / candidate.replicas);
}

type Document = Parameters<typeof yamlDocument>[0];

export const labels = (name: string): Document => ({
  'app.kubernetes.io/name': 'r1-tune',
  'app.kubernetes.io/instance': name,
});

export const configMap = (name: string, { profile }: ContainerPlan): Document => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `${name}-profile`, labels: labels(name) as Node },
  data: because('The profile as it reads in the pod: the kubelet chooses the CPUs, so it binds none itself.', {
    'profile.json': profileText(profile),
  }),
});

/** Where the pods of a fleet go, beside what every pod has. */
export type Placement = { labels: Document; pod: Document; replicas: number };
const ANYWHERE: Placement = { labels: {}, pod: {}, replicas: 0 };

export function deployment(
  name: string,
  plan: ContainerPlan,
  need: Profile,
  options: ExportOptions,
  placement: Placement = ANYWHERE,
): Document {
  const podLabels = { ...labels(name), ...placement.labels } as Node;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, labels: labels(name) as Node },
    spec: {
      ...(placement.replicas > 0 ? { replicas: placement.replicas } : {}),
      selector: { matchLabels: labels(name) as Node },
      strategy: because('A new pod loads the model before an old one goes.', {
        type: 'RollingUpdate',
        rollingUpdate: { maxUnavailable: 0, maxSurge: 1 },
      }),
      template: {
        metadata: { labels: podLabels },
        spec: { ...podSpec(name, plan, need, options), ...placement.pod } as Node,
      },
    },
  };
}

function podSpec(name: string, plan: ContainerPlan, need: Profile, options: ExportOptions): Document {
  return {
    nodeSelector: because('The architecture that was measured; add a label of machines of the same kind.', {
      'kubernetes.io/arch': plan.architecture,
    }),
    automountServiceAccountToken: because('It never talks to the cluster.', false),
    terminationGracePeriodSeconds: because(
      `${PRE_STOP_SECONDS} s before the signal, ${DRAIN_SECONDS} s for running answers, and some to spare.`,
      PRE_STOP_SECONDS + DRAIN_SECONDS + 30,
    ),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: CONTAINER_USER,
      runAsGroup: CONTAINER_USER,
      fsGroup: CONTAINER_USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(need, options) as Node],
    volumes: [
      { name: 'profile', configMap: { name: `${name}-profile` } },
      { name: 'keys', secret: { secretName: `${name}-keys`, defaultMode: 288 } },
      { name: 'model', persistentVolumeClaim: { claimName: `${name}-model`, readOnly: true } },
      { name: 'tmp', emptyDir: { sizeLimit: '256Mi' } },
    ],
  };
}

function container(need: Profile, options: ExportOptions): Document {
  const memory = memoryNeed(need);
  const { cpus, reason } = containerCpus(need);
  const amounts = { cpu: String(cpus), memory: `${memory.mebibytes}Mi` };
  const command = serveArguments({
    profilePath: `${PROFILE_FOLDER}/profile.json`,
    host: ANY_HOST,
    port: options.port,
    keysFile: `${KEYS_FOLDER}/${KEYS_NAME}`,
  });
  return {
    name: 'server',
    image: options.image,
    args: command,
    ports: [{ name: 'http', containerPort: options.port }],
    resources: because(
      `Requests equal limits, so the pod is Guaranteed and is neither throttled by neighbours nor evicted first. ${reason} ${memory.reason}`,
      { requests: amounts, limits: amounts },
    ),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    startupProbe: because('Up to 10 minutes to read the model from slow storage.', {
      ...probe('/readyz'),
      periodSeconds: 5,
      failureThreshold: 120,
    }),
    readinessProbe: because('Off the list while loading or draining.', { ...probe('/readyz'), periodSeconds: 5 }),
    livenessProbe: because('Never depends on load: a busy server is not a dead one.', {
      ...probe('/livez'),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    }),
    lifecycle: because('Balancers forget the pod before it is told to stop.', {
      preStop: { exec: { command: ['sleep', String(PRE_STOP_SECONDS)] } },
    }),
    volumeMounts: [
      { name: 'profile', mountPath: PROFILE_FOLDER, readOnly: true },
      { name: 'keys', mountPath: KEYS_FOLDER, readOnly: true },
      { name: 'model', mountPath: MODEL_MOUNT, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

const probe = (path: string) => ({ httpGet: { path, port: 'http' } });

const service = (name: string, options: ExportOptions): Document => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, labels: labels(name) as Node },
  spec: {
    selector: labels(name) as Node,
    ports: [{ name: 'http', port: options.port, targetPort: 'http' }],
  },
});

const autoscaler = (name: string, replicas: number): Document => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, labels: labels(name) as Node },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
    minReplicas: because('Replicas of the profile, one a pod.', replicas),
    maxReplicas: replicas * PODS_PER_REPLICA,
    metrics: because(
      'By waiting requests, not CPU: decode keeps its CPUs busy with one user as with ten. Needs a metrics adapter that offers the series vllm:num_requests_waiting of /metrics under this name.',
      [
        {
          type: 'Pods',
          pods: {
            metric: { name: 'vllm_num_requests_waiting' },
            target: { type: 'AverageValue', averageValue: String(WAITING_PER_POD) },
          },
        },
      ],
    ),
    behavior: because('A pod that loads for a minute should not come and go.', {
      scaleDown: { stabilizationWindowSeconds: 600 },
    }),
  },
});
