import FleetJSON

/// Measurements in one CSV table: a row each, columns in any order.
///
/// Columns, with the units that their names state:
///
/// | column | |
/// |---|---|
/// | `kind` | `step`, `agg_serving` (when the column is missing) or `disagg_serving` |
/// | `system`, `backend`, `model`, `weights` | accelerator, serving backend, language model, precision of the weights |
/// | `spec` | speculative decoding: `none` or what was used |
/// | `isl`, `osl` | stated lengths of prompt and answer [tokens] |
/// | `len_ratio` | lengths are uniform on this share of the stated ones to the stated ones; 1 when missing |
/// | `conc` | requests in the system; the batch of a `step` |
/// | `n_gpu`, `tp`, `dp`, `ep` | devices and parallel degrees; of `n_gpu` and `tp` one may be missing |
/// | `p_n`, `p_gpu`, `p_dp`, `p_ep`, `d_n`, … | workers of each phase, their devices and degrees |
/// | `ttft_ms`, `tpot_ms` | what was measured, where it was |
/// | `dataset`, `flags` | collection and remarks |
/// | `date`, `backend_version` | of the measurement, `yyyy-mm` or `yyyy-mm-dd`, and of the backend |
/// | `waves`, `stream_interval`, `receive_interval`, `chunk_tokens`, `prefix_cache` | the client and how the server was started: `MeasurementHarness` |
/// | `phase`, `published_tok_s`, `source`, `note` | a published rate instead of latencies: `PublishedThroughput` |
///
/// Columns named `id`, `…_id` or `x_…` are the writer's own. `licence`, `vendor`, `stat` and `n_rep` are known and not used; columns that predictions add (`predicted_…`, `status`) are
/// passed over.
public struct MeasurementTable: Sendable {
  public let table: CSVTable
  /// One measurement for each row of the table.
  public let measurements: [Measurement]

  /// The columns in the order in which they are usually written.
  public static let columns =
    [
      "dataset", "licence", "kind", "system", "vendor", "backend", "backend_version", "date", "model", "weights",
      "spec",
    ]
    + ["isl", "osl", "len_ratio", "conc", "n_gpu", "tp", "dp", "ep"]
    + ["p_n", "p_gpu", "p_dp", "p_ep", "d_n", "d_gpu", "d_dp", "d_ep", "ttft_ms", "tpot_ms", "stat", "n_rep", "flags"]
    + ["waves", "stream_interval", "receive_interval", "chunk_tokens", "prefix_cache"]
    + ["phase", "published_tok_s", "source", "note"]

  /// Whether a column is the writer's own, for example `id`, `run_id` or `x_rack`: it means nothing here, and predictions give it
  /// back as it is. Other names that are not known are faults, because a slip in a name would count as a missing column.
  public static func isCarried(_ column: String) -> Bool {
    column == "id" || column.hasSuffix("_id") || column.hasPrefix("x_")
  }

  /// Whether a column holds what a prediction adds.
  public static func isPredicted(_ column: String) -> Bool { column == "status" || column.hasPrefix("predicted_") }

  /// Reads all rows.
  /// - Parameter context: Fills fields that are empty and columns that are missing.
  /// - Throws: Every fault: unknown and missing columns, values that are no numbers, out of range or in another unit.
  public init(_ table: CSVTable, context: MeasurementContext = MeasurementContext()) throws(Faults) {
    let faults = FaultCollector(source: table.source)
    let reading = MeasurementRows(table, context: context, faults: faults)
    reading.checkColumns()
    var measurements: [Measurement] = []
    measurements.reserveCapacity(table.rowCount)
    for row in 0..<table.rowCount {
      if let measurement = reading.measurement(row) { measurements.append(measurement) }
    }
    try faults.throwIfAny()
    self.table = table
    self.measurements = measurements
  }
}
