import type { Claim, ClaimFacts } from '../../claims/claim.js';
import { concludeClaim, untested } from '../../claims/conclude.js';
import { type Design, isTestable } from '../../claims/design.js';
import { ERROR_RATE } from '../../claims/error-rate.js';
import { CLAIMS } from '../../claims/index.js';
import { type Load, neededBlocks, plannedBlocks } from '../../claims/schedule.js';
import { CLAIMS_VERSION, type ClaimResult, type ClaimsDocument } from '../../core/claims.js';
import { formatDuration } from '../../core/units.js';
import { describeMachine } from '../../sweeps/results/to-profile.js';
import type { Context } from '../context.js';
import { runBlocks } from '../experiment/run-blocks.js';
import { claimSource, conductOf } from './claim-source.js';
import { expectedArmMs } from './estimate.js';
import { factsOf, withoutFailed } from './facts.js';
import { pilotArms, runPilots } from './pilots.js';
import type { ClaimsJob } from './prepare.js';
import { type ClaimsSession, openClaimsSession } from './session.js';
import { CLAIM_STATISTICS } from './statistics.js';

type Entry = { claim: Claim } & ({ design: Design; load: Load } | { reason: string });
type Testable = Extract<Entry, { design: Design }>;
const canTest = (entry: Entry): entry is Testable => 'design' in entry;

/** Which of the model files run here, and how long their trials take. */
async function pilot(facts: ClaimFacts, session: ClaimsSession): Promise<ClaimFacts> {
  const arms = pilotArms([...facts.models, ...(facts.larger ? [facts.larger] : [])], facts);
  const results = await runPilots(arms, session.ports);
  for (const result of results) if (result.pilot) session.pilots.set(result.arm.model.path, result.pilot);
  return withoutFailed(facts, results);
}

function entryOf(claim: Claim, facts: ClaimFacts, { pilots }: ClaimsSession): Entry {
  const design = claim.design(facts);
  if (!isTestable(design)) return { claim, reason: design.cannotTest };
  const expected = design.arms.map((arm) => expectedArmMs(arm, pilots.get(arm.model.path)!, facts.machine));
  const blockMs = expected.reduce((sum, ms) => sum + ms, 0);
  return { claim, design, load: { needed: neededBlocks(design), blockMs } };
}

const timeOf = ({ load }: Testable): number => load.needed * load.blockMs;

/** Blocks of a claim: decided once, when it begins, and kept for a resumed run. */
function decideBlocks({ claim, load }: Testable, later: readonly Testable[], job: ClaimsJob, leftMs: number): number {
  const { blocks } = job.plan;
  blocks[claim.number] ??= plannedBlocks(
    load,
    later.map((entry) => entry.load),
    leftMs,
  );
  job.folder.writePlan(job.plan);
  return blocks[claim.number]!;
}

async function testClaim(
  entry: Testable,
  later: readonly Testable[],
  facts: ClaimFacts,
  job: ClaimsJob,
  { ports, leftMs }: ClaimsSession,
): Promise<ClaimResult> {
  const { claim, design, load } = entry;
  const planned = decideBlocks(entry, later, job, leftMs());
  if (planned === 0)
    return untested(
      claim,
      `it needs about ${formatDuration(timeOf(entry))}, and ${formatDuration(leftMs())} of the budget were left. Give a longer --budget, or --only ${claim.number}.`,
    );
  const reservedMs = later.reduce((sum, other) => sum + timeOf(other), 0);
  const run = { claim, design, planned, seed: job.plan.seed, leftMs, reservedMs, blockMs: load.blockMs };
  await runBlocks(claimSource(run), ports);
  return concludeClaim(claim, design, conductOf(run, ports.log.outcomes), facts, CLAIM_STATISTICS);
}

function announce(entries: readonly Entry[], session: ClaimsSession, { emit }: Context): void {
  const testable = entries.filter(canTest);
  const neededMs = testable.reduce((sum, entry) => sum + timeOf(entry), 0);
  emit({ type: 'claims-plan', claims: entries.length, testable: testable.length, neededMs, leftMs: session.leftMs() });
}

/** Everything between a plan and the verdicts. Blocks that are in the log are not run again. */
export async function executeClaims(job: ClaimsJob, startedMs: number, context: Context): Promise<ClaimsDocument> {
  const { folder, plan, machine } = job;
  const session = openClaimsSession(job, startedMs, context);
  const facts = await pilot(await factsOf(job, context.host), session);
  const claims = CLAIMS.filter((claim) => plan.claims.includes(claim.number));
  const entries = claims.map((claim) => entryOf(claim, facts, session));
  announce(entries, session, context);
  const results: ClaimResult[] = [];
  for (const [i, entry] of entries.entries()) {
    if (!canTest(entry)) {
      results.push(untested(entry.claim, entry.reason));
      continue;
    }
    results.push(await testClaim(entry, entries.slice(i + 1).filter(canTest), facts, job, session));
  }
  context.emit({ type: 'idle' });
  return {
    schemaVersion: CLAIMS_VERSION,
    kind: 'r1-tune/claims',
    id: folder.id,
    startedAt: folder.log.outcomes[0]?.startedAt ?? plan.createdAt,
    finishedAt: new Date(context.clock.now()).toISOString(),
    machineDescription: describeMachine(machine),
    errorRate: ERROR_RATE,
    plan,
    machine,
    results,
  };
}
