import type { Binding } from '../core/candidate.js';
import type { Profile } from '../core/profile.js';
import { hiddenFiles, shownFile } from './hidden-paths.js';
import { provenanceLines } from './provenance.js';
import { comment, oneLine, serviceName, systemdValue, systemdWord } from './quoting.js';
import { isRealTime, REAL_TIME, RTPRIO } from './real-time.js';
import { memoryNeed } from './sizing.js';
import { DRAIN_SECONDS, type Exporter, type ExportOptions, isLoopback, KEYS_NAME, serveArguments } from './target.js';

/** A directive and why it is there. */
type Line = [directive: string, why: string];

/** One unit file. `systemd-analyze verify` and `systemd-analyze security --offline=yes` accept it. */
export const systemdUnit: Exporter = (profile, options) => {
  const name = serviceName(profile.name);
  const head = [
    ...provenanceLines(profile),
    `Install: copy the profile to ${options.profilePath} and this file to /etc/systemd/system/${name}.service,`,
    `then: systemctl daemon-reload && systemctl enable --now ${name}`,
  ];
  const text = [
    head.map((line) => comment(line)).join('\n'),
    section('Unit', [
      [`Description=r1-tune server: ${oneLine(profile.name).replaceAll('%', '%%')}`, ''],
      ['After=network.target', ''],
    ]),
    section('Service', [
      ...start(options),
      ...placement(profile.candidate.binding),
      ...allocator(profile),
      ...memory(profile),
      ...ending(),
      ...walls(profile, options),
    ]),
    section('Install', [['WantedBy=multi-user.target', '']]),
  ];
  return [{ name: `${name}.service`, text: `${text.join('\n\n')}\n` }];
};

const section = (title: string, lines: Line[]): string =>
  [`[${title}]`, ...lines.map(([directive, why]) => (why ? `${comment(why)}\n${directive}` : directive))].join('\n');

function start(options: ExportOptions): Line[] {
  const keysFile = isLoopback(options.host) ? null : `\${CREDENTIALS_DIRECTORY}/${KEYS_NAME}`;
  const words = serveArguments({ ...options, keysFile: null }).map(systemdWord);
  const keys = keysFile === null ? '' : ` --key-file ${keysFile}`;
  return [
    ['Type=exec', 'Started counts from the exec, so a wrong path fails at once.'],
    [`ExecStart=/usr/bin/env r1-tune ${words.join(' ')}${keys}`, ''],
    ['ExecReload=/bin/kill -HUP $MAINPID', 'SIGHUP: a rolling restart with the profile as it is now.'],
    ...(keysFile === null
      ? []
      : [
          [
            `LoadCredential=${KEYS_NAME}:/etc/r1-tune/${KEYS_NAME}`,
            'Keys, one a line: readable by this service only, never on a command line.',
          ] as Line,
        ]),
    ['DynamicUser=yes', 'A user of its own without a home; the model and the profile must be readable by others.'],
    ['StateDirectory=r1-tune', 'Its only writable folder.'],
    ['Environment=R1TUNE_HOME=/var/lib/r1-tune NODE_ENV=production', ''],
  ];
}

/** The kernel holds the CPUs and memory nodes that were measured; the server binds each worker inside them. */
function placement({ name, cpus, memory }: Binding): Line[] {
  const policies = { bind: 'bind', interleave: 'interleave', preferred: 'preferred', local: 'local' } as const;
  const lines: Line[] = [];
  if (cpus !== null)
    lines.push(
      [`CPUAffinity=${cpus}`, `Binding "${oneLine(name)}": the CPUs that were measured.`],
      [`AllowedCPUs=${cpus}`, 'As a cpuset too, so that no child can leave them.'],
    );
  if (memory)
    lines.push([
      `NUMAPolicy=${policies[memory.policy]}`,
      'Memory from the nodes that were measured; elsewhere it is slower to reach.',
    ]);
  if (memory?.nodes != null) lines.push([`NUMAMask=${memory.nodes}`, ''], [`AllowedMemoryNodes=${memory.nodes}`, '']);
  return lines;
}

function allocator({ candidate }: Profile): Line[] {
  if (candidate.allocator.path === null) return [];
  const setting = systemdValue(`LD_PRELOAD=${candidate.allocator.path}`);
  return [[`Environment=${setting}`, `The ${candidate.allocator.name} allocator that was measured.`]];
}

function memory(profile: Profile): Line[] {
  const { mebibytes, reason } = memoryNeed(profile);
  const { mlock } = profile.candidate;
  return [
    [`MemoryMax=${mebibytes}M`, `${reason} Above it the service ends, not its neighbours.`],
    ['MemorySwapMax=0', 'Swapped weights are read back for every token: slower than failing.'],
    ...(isRealTime(profile.candidate) ? [[`LimitRTPRIO=${RTPRIO}`, REAL_TIME] as Line] : []),
    ...(mlock ? [['LimitMEMLOCK=infinity', 'The profile locks the weights in RAM.'] as Line] : []),
    ['OOMScoreAdjust=-500', 'The service has its own limit: when the machine is short, others go first.'],
    ['LimitNOFILE=65536', 'A file descriptor for every open stream.'],
    ['TasksMax=1024', ''],
  ];
}

const ending = (): Line[] => [
  ['Restart=on-failure', ''],
  ['RestartSec=2', ''],
  [
    'KillMode=mixed',
    'SIGTERM to the supervisor alone, so that workers finish their answers; SIGKILL to all who are left.',
  ],
  [`TimeoutStopSec=${DRAIN_SECONDS + 30}`, `Longer than the ${DRAIN_SECONDS} s that running answers may take.`],
];

function walls(profile: Profile, options: ExportOptions): Line[] {
  const hidden = hiddenFiles(profile, options.profilePath);
  const inHome = hidden.some(({ place }) => place === 'home');
  return [
    ['NoNewPrivileges=yes', 'What follows leaves the service only what it needs.'],
    ['CapabilityBoundingSet=', ''],
    ['ProtectSystem=strict', ''],
    [`ProtectHome=${inHome ? 'tmpfs' : 'yes'}`, inHome ? 'Home folders are empty but for what is shown below.' : ''],
    ['PrivateTmp=yes', ''],
    ...hidden.map(shownFile),
    ['PrivateDevices=yes', ''],
    ['ProtectClock=yes', ''],
    ['ProtectHostname=yes', ''],
    ['ProtectKernelLogs=yes', ''],
    ['ProtectKernelModules=yes', ''],
    ['ProtectKernelTunables=yes', ''],
    ['ProtectControlGroups=yes', ''],
    ['ProtectProc=invisible', ''],
    ['RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX', ''],
    ['RestrictNamespaces=yes', ''],
    ...(isRealTime(profile.candidate) ? [] : [['RestrictRealtime=yes', ''] as Line]),
    ['RestrictSUIDSGID=yes', ''],
    ['LockPersonality=yes', ''],
    ['RemoveIPC=yes', ''],
    ['UMask=0077', ''],
    ['SystemCallArchitectures=native', ''],
    [
      'SystemCallFilter=@system-service',
      'It holds @resources, which pinning needs. MemoryDenyWriteExecute is left out on purpose: it crashes the JIT of Node.',
    ],
    ['SystemCallErrorNumber=EPERM', ''],
    ...(isLoopback(options.host)
      ? ([
          ['IPAddressDeny=any', 'It listens on this machine only.'],
          ['IPAddressAllow=localhost', ''],
        ] as Line[])
      : []),
  ];
}
