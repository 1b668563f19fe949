import type { AnswerChoice, ChoiceDelta, ToolCall } from './choice.js';

/** A part of an answer in the APIs that have such parts: the thinking, a text, or a call. */
export type Block =
  | { kind: 'reasoning'; index: number; text: string }
  | { kind: 'text'; index: number; text: string }
  | { kind: 'call'; index: number; text: string; call: ToolCall };

export type BlockEvents = {
  opened(block: Block): void;
  added(block: Block, delta: string): void;
  closed(block: Block): void;
};

/** Cuts an answer into its blocks as it comes. */
export class BlockSequence {
  readonly blocks: Block[] = [];
  private current: Block | undefined;

  constructor(private readonly events: BlockEvents) {}

  add(choice: AnswerChoice, { reasoning, content, calls }: ChoiceDelta): void {
    if (reasoning) this.extend('reasoning', reasoning);
    if (content) this.extend('text', content);
    for (const { index, name, arguments: part } of calls) {
      if (name !== undefined) this.open({ kind: 'call', index: 0, text: '', call: choice.toolCalls[index]! });
      if (part && this.current) this.append(this.current, part);
    }
  }

  end(): void {
    if (this.current) this.events.closed(this.current);
    this.current = undefined;
  }

  private extend(kind: 'reasoning' | 'text', text: string): void {
    if (this.current?.kind !== kind) this.open({ kind, index: 0, text: '' });
    this.append(this.current!, text);
  }

  private open(block: Block): void {
    this.end();
    block.index = this.blocks.push(block) - 1;
    this.current = block;
    this.events.opened(block);
  }

  private append(block: Block, delta: string): void {
    block.text += delta;
    this.events.added(block, delta);
  }
}

/** The blocks of a whole answer. */
export function blocksOf(choice: AnswerChoice): Block[] {
  const sequence = new BlockSequence({ opened() {}, added() {}, closed() {} });
  const { reasoning, content, toolCalls } = choice;
  const calls = toolCalls.map((call, index) => ({ index, name: call.name, arguments: call.arguments }));
  sequence.add(choice, { reasoning, content, logprobs: [], calls });
  return sequence.blocks;
}
