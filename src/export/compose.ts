import { containerPlan, profileText } from './container-profile.js';
import { CONTAINER_PROFILE, CONTAINER_USER, dockerfile } from './docker.js';
import { provenanceLines } from './provenance.js';
import { comment, serviceName } from './quoting.js';
import { isRealTime, REAL_TIME, RTPRIO } from './real-time.js';
import { memoryNeed } from './sizing.js';
import { ANY_HOST, DRAIN_SECONDS, type Exporter, KEYS_NAME, MODEL_MOUNT, serveArguments } from './target.js';
import { because, type Node, yamlDocument } from './yaml.js';

/** compose.yaml with the image and the profile beside it. `docker compose config` accepts it. */
export const composeFiles: Exporter = (profile, options) => {
  const plan = containerPlan(profile);
  const { binding, mlock } = profile.candidate;
  const memory = memoryNeed(profile);
  const keysFile = `/run/secrets/${KEYS_NAME}`;
  const command = serveArguments({ ...options, profilePath: CONTAINER_PROFILE, host: ANY_HOST, keysFile });
  const service: Record<string, Node | ReturnType<typeof because>> = {
    build: '.',
    image: options.image,
    command: escapeDollars(command),
    ...(binding.cpus === null
      ? {}
      : { cpuset: because(`Binding "${binding.name}": the CPUs that were measured.`, binding.cpus) }),
    mem_limit: because(`${memory.reason} Equal limits: no swap.`, `${memory.mebibytes}m`),
    memswap_limit: `${memory.mebibytes}m`,
    ulimits: {
      nofile: because('A file descriptor for every open stream.', 65536),
      ...(isRealTime(profile.candidate) ? { rtprio: because(REAL_TIME, RTPRIO) } : {}),
      ...(mlock ? { memlock: because('The profile locks the weights in RAM.', -1) } : {}),
    },
    ports: because('Reachable only where you said.', [`${options.host}:${options.port}:${options.port}`]),
    volumes: because('The model, read-only.', [
      { type: 'bind', source: escapeDollar(plan.modelFolder), target: MODEL_MOUNT, read_only: true },
    ]),
    secrets: [KEYS_NAME],
    user: `${CONTAINER_USER}:${CONTAINER_USER}`,
    read_only: because('Nothing but /tmp can be written.', true),
    tmpfs: ['/tmp'],
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    init: because('Reaps processes and passes signals on.', true),
    stop_grace_period: because(
      `Longer than the ${DRAIN_SECONDS} s that running answers may take.`,
      `${DRAIN_SECONDS + 30}s`,
    ),
    restart: 'on-failure',
    healthcheck: because('Ready once the model is loaded and warm; the image has no curl, but it has Node.', {
      test: ['CMD', 'node', '-e', readyProbe(options.port)],
      interval: '10s',
      timeout: '5s',
      start_period: '600s',
      retries: 3,
    }),
  };
  const notes = [
    ...provenanceLines(profile),
    ...(binding.memory?.nodes == null
      ? []
      : [`Compose cannot bind memory to NUMA nodes (${binding.memory.nodes}): use --to docker, which can.`]),
  ];
  const document = {
    name: serviceName(profile.name),
    services: { server: service },
    secrets: { [KEYS_NAME]: because('Keys, one a line.', { file: `/etc/r1-tune/${KEYS_NAME}` }) },
  };
  const head = notes.map((line) => comment(line)).join('\n');
  return [
    { name: 'compose.yaml', text: `${head}\n${yamlDocument(document)}\n` },
    { name: 'Dockerfile', text: dockerfile(profile, plan) },
    { name: 'profile.json', text: profileText(plan.profile) },
  ];
};

/** Compose reads $NAME as a variable; $$ is a dollar. */
const escapeDollar = (text: string): string => text.replaceAll('$', '$$$$');
const escapeDollars = (words: string[]): string[] => words.map(escapeDollar);

const readyProbe = (port: number): string =>
  `fetch('http://127.0.0.1:${port}/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))`;
