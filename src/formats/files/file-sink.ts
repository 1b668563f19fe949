import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export type SinkOptions = {
  /** Called with the bytes written so far. */
  onBytes?: ((bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
};

/** An append-only file that hashes what it is given. */
export class FileSink {
  position = 0;
  readonly #hash = createHash('sha256');

  private constructor(
    private readonly file: FileHandle,
    private readonly options: SinkOptions,
  ) {}

  static async create(path: string, options: SinkOptions = {}): Promise<FileSink> {
    return new FileSink(await open(path, 'w'), options);
  }

  /** Hashes while the thread pool writes. */
  async write(chunk: Uint8Array): Promise<void> {
    this.options.signal?.throwIfAborted();
    const written = this.#writeAll(chunk, this.position);
    this.#hash.update(chunk);
    await written;
    this.position += chunk.length;
    this.options.onBytes?.(this.position);
  }

  /** Writes all chunks; the next one is made while the last is written, so a source needs two buffers in turn. */
  async writeChunks(chunks: Chunks): Promise<void> {
    let pending = Promise.resolve();
    try {
      for await (const chunk of chunks) {
        await pending;
        pending = this.write(chunk);
      }
    } finally {
      await pending;
    }
  }

  async padTo(alignment: number): Promise<void> {
    const rest = this.position % alignment;
    if (rest !== 0) await this.write(Buffer.alloc(alignment - rest));
  }

  /** Flushes to the disk and gives the hash of all bytes. */
  async finish(): Promise<{ sizeBytes: number; sha256: string }> {
    await this.file.sync();
    await this.file.close();
    return { sizeBytes: this.position, sha256: this.#hash.digest('hex') };
  }

  async abandon(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }

  async #writeAll(chunk: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < chunk.length; ) {
      const { bytesWritten } = await this.file.write(chunk, done, chunk.length - done, position + done);
      done += bytesWritten;
    }
  }
}
