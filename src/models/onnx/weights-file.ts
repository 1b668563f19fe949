import { type Chunks, FileSink, type SinkOptions } from '../../formats/files/file-sink.js';
import { ELEMENT_BYTES, type ElementType, type ExternalData, type Graph } from '../../formats/onnx/graph.js';

/** ONNX Runtime maps external data in pages. */
const PAGE_BYTES = 4096;

/** The data file beside a graph: each weight is streamed to it, and named in the graph where it is used. */
export class WeightsFile {
  readonly #places = new Map<string, ExternalData>();
  readonly #declared = new Set<string>();

  private constructor(
    private readonly graph: Graph,
    private readonly sink: FileSink,
    private readonly fileName: string,
  ) {}

  static async create(graph: Graph, path: string, fileName: string, options: SinkOptions): Promise<WeightsFile> {
    return new WeightsFile(graph, await FileSink.create(path, options), fileName);
  }

  /** Writes data and names it in the graph. */
  async add(name: string, type: ElementType, dims: readonly number[], chunks: Chunks): Promise<string> {
    await this.store(name, chunks);
    return this.declare(name, type, dims);
  }

  /** Writes data, unless this name has been written already. */
  async store(name: string, chunks: Chunks): Promise<void> {
    if (this.#places.has(name)) return;
    await this.sink.padTo(PAGE_BYTES);
    const offset = this.sink.position;
    await this.sink.writeChunks(chunks);
    this.#places.set(name, { file: this.fileName, offset, length: this.sink.position - offset });
  }

  /** Names stored data in the graph. The same data may be named in several shapes: a tied embedding is the output matrix too. */
  declare(name: string, type: ElementType, dims: readonly number[], stored = name): string {
    const place = this.#places.get(stored)!;
    const bytes = dims.reduce((product, dim) => product * dim, ELEMENT_BYTES[type]);
    if (place.length !== bytes) throw new Error(`${name}: ${place.length} bytes stored, ${bytes} declared`);
    if (!this.#declared.has(name)) this.graph.external(name, type, dims, place);
    this.#declared.add(name);
    return name;
  }

  /** Bytes of all weights whose names `isCounted` accepts. */
  countBytes(isCounted: (name: string) => boolean): number {
    return [...this.#places].reduce((sum, [name, { length }]) => sum + (isCounted(name) ? length : 0), 0);
  }

  finish = (): Promise<{ sizeBytes: number; sha256: string }> => this.sink.finish();
  abandon = (): Promise<void> => this.sink.abandon();
}
