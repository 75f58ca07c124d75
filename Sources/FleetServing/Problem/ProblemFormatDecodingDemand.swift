/// Keys of the problem itself and of what is asked: periods, models, classes, lengths, objectives.
extension ProblemFormat {
  static let problemFields = [
    Field("format", "string", "`fleetplan-problem/1`."),
    Field("$schema", "string", default: "none", "Address of the JSON Schema, for editors; not read."),
    Field("name", "string", default: "name of the file", "Name of the problem, for reports."),
    Field("description", "string", default: "none", "What the problem is about, for reports."),
    Field(
      "periods", "array of `period`", default: "one period",
      "Stretches of the planning cycle with constant rates, 1 to 168. Hired devices may differ between periods."),
    Field(
      "models", "array of `model`, or of strings", default: "the catalog models that the classes and tables name",
      "Models to serve. A string is an id, name or alias of the catalog and becomes the id of the model."),
    Field(
      "accelerators", "array of `accelerator`, or of strings",
      "Pools of devices, 1 to 64. A string is an id, name or alias of the catalog and becomes the id of the pool."),
    Field("classes", "array of `class`", "Streams of similar requests, 1 to 200."),
    Field(
      "capacity_tables", "array of `capacity_table`, or string", default: "none",
      "Measured configurations, which bypass the latency model, up to 100,000; or the path of a JSON file with this key, as "
        + "`fleetplan tabulate` writes it."),
    Field(
      "links", "array of `link`", default: "none",
      "Networks between pools. Pairs without one use the devices' own figures."),
    Field(
      "kv_exchange", "`all`, `same_accelerator` or `kv_exchange`", default: "`all`",
      "Which pairs of pools may exchange KV caches, where a conversion exists."),
    Field("policy", "`policy`", default: "no rules", "Rules that the plan obeys."),
    Field("current_fleet", "array of `current_fleet`", default: "none", "Devices already held."),
    Field(
      "objective", "string or array of strings", default: "`cost`",
      "What is minimised: `cost` (USD/h), `traffic` (unserved requests/s), `devices` (held) or `power` (W of held "
        + "devices). Further entries break ties, in order."),
    Field(
      "traffic_mix", "`proportional` or `free`", default: "`proportional`",
      "What may stay unserved under `traffic`: the same fraction of every class, or any amount of any class."),
    Field("solver", "`solver`", default: "its defaults", "Limits of the solver."),
  ]

  static let periodFields = [
    Field("id", "string", "Id of the period."),
    Field("hours", "number > 0", unit: "h", "Length of the period within the cycle; averages are weighted by it."),
  ]

  static let modelFields = [
    Field("id", "string", default: "value of `catalog`", "Id within the problem; classes and tables refer to it."),
    Field("catalog", "string", default: "value of `id`", "Id, name or alias of the model in the catalog."),
    Field("name", "string", default: "value of `id`", "Name for people; only with `architecture`."),
    Field(
      "architecture", "object", default: "from the catalog",
      "Sizes of a model that is not in the catalog, as in the files of `models/llms`."),
    Field(
      "native_precision", "precision", default: "`bf16`",
      "Precision of the published weights; only with `architecture`."),
    Field(
      "native_quantization", "`linear` or `routed_experts`", default: "`linear`",
      "Which matrices the published weights hold in `native_precision`; only with `architecture`."),
    Field(
      "native_bytes_per_weight", "number > 0", unit: "bytes", default: "from `native_precision`",
      "Bytes of one quantised weight with its scales; only with `architecture`."),
    Field(
      "measured_only", "boolean", default: "`false`",
      "`true` for a model whose sizes are not known: only capacity tables serve it."),
    Field(
      "weight_precisions", "array of precisions", default: "the native precision",
      "Precisions in which the weights may be held: `bf16`, `fp16`, `fp8`, `int8`, `int4`, `nvfp4`, `mxfp4`. What runs bf16 "
        + "runs fp16 too, not the reverse."),
    Field(
      "kv_precisions", "array of precisions", default: "`[\"bf16\"]`; `[\"fp16\"]` where all weights are fp16",
      "Precisions in which KV may be stored."),
    Field(
      "max_sequence_tokens", "integer ≥ 1", unit: "tokens", default: "the longest request of the classes",
      "Longest sequence that an instance must admit, prompt and answer together."),
  ]

  static let classFields = [
    Field("id", "string", "Id of the class."),
    Field("model", "string", "Id of the model."),
    Field(
      "rate_per_s", "number, or array of one number per period, 0 to 10⁷", unit: "requests/s",
      default: "the mean rate of the trace", "Arrival rate. Required unless `lengths` names a trace."),
    Field("lengths", "`lengths`", "Input and output lengths."),
    Field("slo", "`slo`", default: "none", "Latency objectives; without one the class only needs throughput."),
  ]

  static let lengthFields = [
    Field(
      "input_tokens", "number ≥ 1 or `quantiles`", unit: "tokens", default: "none",
      "Prompt length: the same for all requests, or quantiles."),
    Field(
      "output_tokens", "number ≥ 1 or `quantiles`", unit: "tokens", default: "none",
      "Length of the answer: the same for all requests, or quantiles, independent of the prompt length."),
    Field(
      "histogram", "array of `histogram_point`", default: "none",
      "Weighted pairs of lengths, 1 to 10,000; more than 64 are merged into at most 64 that keep the means."),
    Field(
      "trace", "string", default: "none",
      "CSV file with the columns TIMESTAMP, ContextTokens and GeneratedTokens; its path is relative to the problem file. "
        + "Merged into at most 64 points that keep the means and the longest request."),
    Field("first_row", "integer ≥ 1", default: "1", "First data row of the trace to use, from 1."),
    Field("rows", "integer ≥ 1", default: "all", "Number of rows of the trace to use."),
    Field(
      "beyond_context", "`refuse`, `clip` or `drop`", default: "`refuse`",
      "What becomes of rows that are longer than the context of the model: a fault, cut there, or left out."),
    Field("rate_scale", "number > 0", default: "1", "Factor on the mean rate of the trace."),
  ]

  static let quantileFields = [
    Field("p50", "number ≥ 1", unit: "tokens", default: "none", "Median."),
    Field("p90", "number ≥ 1", unit: "tokens", default: "none", "90th percentile."),
    Field("p99", "number ≥ 1", unit: "tokens", default: "none", "99th percentile."),
    Field(
      "pNN", "number ≥ 1", unit: "tokens", default: "none",
      "Any other percentile between 0 and 100: `p5`, `p99.9`. Two or more are needed."),
    Field("min", "number ≥ 1", unit: "tokens", default: "1", "Shortest length."),
    Field("max", "number ≥ 1", unit: "tokens", default: "none", "Longest length."),
  ]

  static let histogramFields = [
    Field("input_tokens", "number ≥ 1", unit: "tokens", "Prompt length."),
    Field("output_tokens", "number ≥ 1", unit: "tokens", "Length of the answer."),
    Field("weight", "number ≥ 0", default: "1", "Share or count of requests; weights are normalised."),
  ]

  static let sloFields = [
    Field(
      "ttft_ms", "number or `latency_objective`", unit: "ms", default: "none",
      "Time to first token: arrival to first token."),
    Field(
      "tpot_ms", "number or `latency_objective`", unit: "ms", default: "none",
      "Time per output token: mean over the tokens of a request after the first."),
    Field("e2e_ms", "number or `latency_objective`", unit: "ms", default: "none", "Arrival to last token."),
    Field(
      "ttft_slowdown", "number, 0.01 to 10⁶, or `slowdown_objective`", default: "none",
      "TTFT as a multiple of that of a lone request on `reference`; instead of `ttft_ms`."),
    Field(
      "tpot_slowdown", "number, 0.01 to 10⁶, or `slowdown_objective`", default: "none",
      "TPOT as a multiple of that of a lone request on `reference`; instead of `tpot_ms`."),
    Field(
      "e2e_slowdown", "number, 0.01 to 10⁶, or `slowdown_objective`", default: "none",
      "End-to-end time as a multiple of that of a lone request on `reference`; instead of `e2e_ms`."),
    Field("reference", "`idle_reference`", default: "none", "The idle instance that slowdowns refer to."),
  ]

  static let latencyObjectiveFields = [
    Field("limit", "number > 0", unit: "ms", "Limit that the percentile must meet."),
    Field(
      "percentile", "number > 1 and < 100", unit: "%", default: "95", "Share of requests that must meet the limit."),
  ]

  static let slowdownFields = [
    Field("factor", "number, 0.01 to 10⁶", "Limit as a multiple of the latency of a lone request on the reference."),
    Field(
      "percentile", "number > 1 and < 100", unit: "%", default: "95", "Share of requests that must meet the limit."),
  ]

  static let idleReferenceFields = [
    Field("accelerator", "string", "Id of an accelerator of the problem, or its name in the catalog."),
    Field("tp", "integer ≥ 1", default: "the least that holds the model", "Tensor-parallel degree."),
    Field("pp", "integer ≥ 1", default: "1", "Pipeline-parallel degree."),
    Field("ep", "integer ≥ 1", default: "1", "Expert-parallel degree."),
    Field("dp", "integer ≥ 1", default: "1", "Attention-data-parallel degree."),
    Field("precision", "precision", default: "the first of the model", "Precision of the weights."),
    Field("kv_precision", "precision", default: "the first of the model", "Precision of the KV cache."),
    Field(
      "backend", "string", default: "that of the accelerator", "Serving backend whose fitted constants apply."),
  ]
}
