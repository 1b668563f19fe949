import { R1Error } from '../../core/errors.js';
import { containerPlan, profileText } from '../container-profile.js';
import { CONTAINER_USER } from '../docker.js';
import { comment, serviceName } from '../quoting.js';
import { withoutRealTime } from '../real-time.js';
import { MODEL_MOUNT } from '../target.js';
import { because, type Node, yamlDocument } from '../yaml.js';
import { GATE_SCRIPT, SWEEP_SCRIPT } from './pod-script.js';
import type { SweepExporter, SweepOptions } from './sweep-target.js';

type Document = Parameters<typeof yamlDocument>[0];

const RESULTS = '/results';
const PROFILE_FOLDER = '/etc/r1-tune';
/** Attempts of one node: a pod that was evicted goes on where it was. */
const RETRIES = 3;
const NIGHTLY = '0 3 * * *';

/** An Indexed Job, one pod a node, and with a profile a CronJob that holds the pool to it. */
export const kubernetesSweep: SweepExporter = (options) => {
  const { nodes, pool } = options;
  if (typeof nodes !== 'number' || nodes < 1)
    throw new R1Error('USAGE', '--nodes: expected how many nodes the pool has, for example 12.', {
      fix: 'kubectl get nodes -l KEY=VALUE --no-headers | wc -l counts them.',
    });
  const name = serviceName(`${pool}-sweep`);
  const documents = [sweepJob(name, nodes, options), ...gateDocuments(options)];
  const head = [
    `A sweep of every node of the pool "${pool}", ${nodes} pods.`,
    'Before: a PersistentVolumeClaim r1-tune-fleet (ReadWriteMany) for what is measured',
    ...(usesModels(options)
      ? [`and one r1-tune-models that holds ${options.model}.`]
      : ['; the model is made or fetched in each pod.']),
    'Exclusive cores need the kubelet option cpuManagerPolicy: static; without it the threads of the pod share CPUs with others and the sweep warns of it.',
    `After: kubectl wait --for=condition=complete job/${name} --timeout=24h, then r1-tune fleet report on the folder fleet of the claim;`,
    'without ReadWriteMany give each pod an emptyDir and bring its folder home with kubectl cp before it ends.',
  ];
  const text = documents.map((document) => `---\n${yamlDocument(document)}`).join('\n');
  return [{ name: `${name}.yaml`, text: `${head.map((line) => comment(line)).join('\n')}\n${text}\n` }];
};

const usesModels = ({ model }: SweepOptions): boolean => model.startsWith(`${MODEL_MOUNT}/`);

const labels = (name: string): Document => ({
  'app.kubernetes.io/name': 'r1-tune-sweep',
  'app.kubernetes.io/instance': name,
});

function sweepJob(name: string, nodes: number, options: SweepOptions): Document {
  const { model, sweepArguments } = options;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, labels: labels(name) as Node },
    spec: {
      completionMode: because('One index a node, so that a node that fails is told from the others.', 'Indexed'),
      completions: because('As many as the pool has nodes. All start at once, so each finds a node of its own.', nodes),
      parallelism: nodes,
      backoffLimitPerIndex: because('A pod that was evicted goes on with its sweep where it was.', RETRIES),
      template: {
        metadata: { labels: labels(name) as Node },
        spec: podSpec(options, {
          script: SWEEP_SCRIPT,
          words: ['sweep', '--model', model, ...sweepArguments],
        }) as Node,
      },
    },
  };
}

type Work = { script: string; words: string[]; profile?: string };

function podSpec(options: SweepOptions, work: Work): Document {
  return {
    ...nodeSelector(options),
    affinity: because('Alone among its own kind: two measurements on one node would measure each other.', {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'r1-tune-sweep' } },
            topologyKey: 'kubernetes.io/hostname',
          },
        ],
      },
    }),
    restartPolicy: because('A new pod, so that the log of the one that failed stays.', 'Never'),
    automountServiceAccountToken: because('It never talks to the cluster.', false),
    terminationGracePeriodSeconds: because('The trial under way is finished and kept.', 120),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: CONTAINER_USER,
      runAsGroup: CONTAINER_USER,
      fsGroup: CONTAINER_USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [container(options, work) as Node],
    volumes: [
      { name: 'results', persistentVolumeClaim: { claimName: 'r1-tune-fleet' } },
      ...(usesModels(options) || work.profile
        ? [{ name: 'models', persistentVolumeClaim: { claimName: 'r1-tune-models', readOnly: true } }]
        : []),
      ...(work.profile ? [{ name: 'profile', configMap: { name: work.profile } }] : []),
      { name: 'home', emptyDir: {} },
      { name: 'tmp', emptyDir: {} },
    ],
  };
}

function nodeSelector({ selector }: SweepOptions): Document {
  if (selector === null) return {};
  const [key, value] = selector.split(/=(.*)/s);
  if (!key || value === undefined)
    throw new R1Error('USAGE', `--selector: "${selector}" is not valid; expected a label, for example pool=cpu-large.`);
  return { nodeSelector: because('The nodes of the pool.', { [key]: value }) };
}

function container(options: SweepOptions, { script, words, profile }: Work): Document {
  const amounts = { cpu: String(options.cpus), memory: `${options.memoryMebibytes}Mi` };
  return {
    name: 'r1-tune',
    image: options.image,
    command: because('The words after the script are the arguments of r1-tune.', ['/bin/sh', '-c', script]),
    args: words,
    env: [
      { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
      { name: 'RUN_NAME', valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-name']" } } },
      { name: 'RESULTS', value: RESULTS },
      { name: 'R1TUNE_HOME', value: '/home/r1-tune' },
    ],
    resources: because(
      'Whole CPUs, and requests equal limits: the pod is Guaranteed, so that the CPU manager may give it cores of its own. What is measured holds for a pod of this size.',
      { requests: amounts, limits: amounts },
    ),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'results', mountPath: RESULTS },
      ...(usesModels(options) || profile ? [{ name: 'models', mountPath: MODEL_MOUNT, readOnly: true }] : []),
      ...(profile ? [{ name: 'profile', mountPath: PROFILE_FOLDER, readOnly: true }] : []),
      { name: 'home', mountPath: '/home/r1-tune' },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** The pool held to its profile every night, on whichever of its nodes is free. */
function gateDocuments(options: SweepOptions): Document[] {
  const { profile, pool } = options;
  if (!profile) return [];
  const name = serviceName(`${pool}-gate`);
  const configMap = `${name}-profile`;
  const inside = containerPlan(withoutRealTime(profile), { mlock: false }).profile;
  const work: Work = {
    script: GATE_SCRIPT,
    words: ['gate', '--mode', 'stored', '--baseline', `${PROFILE_FOLDER}/profile.json`],
    profile: configMap,
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: configMap, labels: labels(name) as Node },
      data: { 'profile.json': profileText(inside) },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name, labels: labels(name) as Node },
      spec: {
        schedule: because('At night; the job fails when the pool is slower than its profile says.', NIGHTLY),
        concurrencyPolicy: 'Forbid',
        jobTemplate: {
          spec: {
            backoffLimit: because('A regression is not tried again until it passes.', 0),
            template: { metadata: { labels: labels(name) as Node }, spec: podSpec(options, work) as Node },
          },
        },
      },
    },
  ];
}
