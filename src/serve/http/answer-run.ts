import { alarm } from '../alarm.js';
import type { DoneMessage, StepMessage } from '../protocol.js';
import { Refusal } from '../refusal.js';
import { newTicket, type Service } from '../service.js';
import type { Ticket, TicketSink } from '../supervisor/ticket.js';
import type { CallFormat } from '../tools/call-format.js';
import { createCallReader } from '../tools/call-reader.js';
import type { AnswerWriter } from './answer-writer.js';
import { type AnswerChoice, addEnd, addStep, type ChoiceDelta, newChoice, timingsOf, usageOf } from './choice.js';

export type AnswerPlan = { prompt: readonly number[]; parameters: Ticket['parameters']; echo: Echo | null };
/** The text of a prompt, and how many of its tokens are not of it. */
export type Echo = { text: string; skips: number };
/** What of an answer is told apart, and what is sent. */
export type Reading = { calls: CallFormat | null; showsReasoning: boolean };

/** The answers to one request, from their tickets to the last byte. */
export class AnswerRun {
  private readonly tickets: Ticket[] = [];
  private readonly choices: AnswerChoice[];
  private isOver = false;
  private readonly startMs: number;
  private stopDeadline = () => {};

  constructor(
    private readonly service: Service,
    private readonly writer: AnswerWriter,
    private readonly plans: readonly AnswerPlan[],
    private readonly answersPerPrompt: number,
    private readonly reading: Reading,
  ) {
    this.startMs = service.clock.monotonicMs();
    const indexes = plans.flatMap((plan, at) =>
      Array.from({ length: answersPerPrompt }, (_, i) => ({ plan, index: at * answersPerPrompt + i })),
    );
    this.choices = indexes.map(({ plan, index }) => {
      const echo = plan.echo && { text: plan.echo.text, logprobs: [] };
      return { ...newChoice(index, plan.prompt.length), echo };
    });
  }

  start(id: string, tenant: string): void {
    const { service } = this;
    this.stopDeadline = alarm(service.clock, service.deadlineMs, () =>
      this.fail(
        new Refusal('deadline', `The request took longer than ${service.deadlineMs / 1000} s, the most allowed.`),
      ),
    );
    try {
      for (const choice of this.choices) this.submit(choice, `${id}-${choice.index}`, tenant);
    } catch (error) {
      this.fail(error instanceof Refusal ? error : new Refusal('internal', 'The request could not be started.'));
    }
  }

  /** Nobody waits for the answer any more. */
  cancel(): void {
    this.isOver = true;
    this.stopDeadline();
    for (const ticket of this.tickets) this.service.fleet.dispatcher.cancel(ticket);
  }

  setPaused(isPaused: boolean): void {
    for (const ticket of this.tickets) this.service.fleet.dispatcher.setPaused(ticket, isPaused);
  }

  private submit(choice: AnswerChoice, id: string, tenant: string): void {
    const { prompt, parameters } = this.plans[Math.floor(choice.index / this.answersPerPrompt)]!;
    const seed = (parameters.sampling.seed + choice.index) >>> 0;
    const own = { ...parameters, sampling: { ...parameters.sampling, seed } };
    const ticket = newTicket(this.service, { id, tenant, prompt, parameters: own, sink: this.sink(choice) });
    this.tickets.push(ticket);
    this.service.fleet.dispatcher.submit(ticket);
  }

  private sink(choice: AnswerChoice): TicketSink {
    const { calls, showsReasoning } = this.reading;
    const reader = calls && createCallReader(calls);
    let seen = 0;
    const read = (message: StepMessage | DoneMessage): ChoiceDelta => {
      const found = reader ? reader.push(message.content) : { content: message.content, calls: [] };
      return { ...found, reasoning: showsReasoning ? message.reasoning : '', logprobs: message.logprobs };
    };
    return {
      started: (cachedTokens) => {
        if (choice.completionTokens === 0) choice.cachedTokens = cachedTokens;
        if (choice.echo) choice.echo.logprobs = [];
        seen = 0;
        this.writer.begin();
      },
      echo: (logprobs) => {
        const { echo } = this.plans[Math.floor(choice.index / this.answersPerPrompt)]!;
        for (const entry of logprobs) if (seen++ >= (echo?.skips ?? 0)) choice.echo?.logprobs.push(entry);
      },
      step: (step) => {
        this.timeToken(choice);
        const delta = read(step);
        addStep(choice, step, delta);
        this.writer.delta(choice, delta);
      },
      done: (done) => {
        const last = read(done);
        const rest = reader?.finish() ?? { content: '', calls: [] };
        const delta = { ...last, content: last.content + rest.content, calls: [...last.calls, ...rest.calls] };
        addEnd(choice, done, delta);
        this.writer.finish(choice, delta);
        this.completeWhenAllAre();
      },
      failed: (refusal) => this.fail(refusal),
    };
  }

  private completeWhenAllAre(): void {
    if (this.isOver || this.choices.some(({ finish }) => finish === null)) return;
    this.isOver = true;
    this.stopDeadline();
    const { admission, clock, metrics } = this.service;
    for (const { startedMs } of this.tickets) admission.served(clock.monotonicMs() - (startedMs ?? 0));
    for (const choice of this.choices)
      metrics.answered({
        e2eMs: clock.monotonicMs() - this.startMs,
        decodeMs: choice.timings!.decodeMs,
        prompt: choice.promptTokens,
        cached: choice.cachedTokens,
        reasoning: choice.reasoningTokens,
        answer: choice.completionTokens - choice.reasoningTokens,
      });
    this.writer.end(this.choices, {
      usage: usageOf(this.choices, this.answersPerPrompt),
      timings: timingsOf(this.choices),
    });
  }

  private timeToken(choice: AnswerChoice): void {
    const { clock, metrics } = this.service;
    const nowMs = clock.monotonicMs();
    if (choice.latestMs === null) metrics.firstToken(nowMs - this.startMs);
    else metrics.nextToken(nowMs - choice.latestMs);
    choice.firstMs ??= nowMs;
    choice.latestMs = nowMs;
  }

  private fail(refusal: Refusal): void {
    if (this.isOver) return;
    this.service.metrics.refused(refusal.reason);
    this.cancel();
    this.writer.fail(refusal);
  }
}
