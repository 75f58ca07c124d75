/// Keys of what can be had (accelerators, prices, tables, links) and of the rules of the plan.
extension ProblemFormat {
  static let acceleratorFields = [
    Field(
      "id", "string", default: "value of `catalog`", "Id of the pool; tables, links and the current fleet refer to it."),
    Field("catalog", "string", default: "value of `id`", "Id, name or alias of the accelerator in the catalog."),
    Field(
      "accelerator", "object", default: "from the catalog",
      "An accelerator that is not in the catalog: the keys of the files of `models/accelerators` without `format`, "
        + "`sources` and `provenance`."),
    Field(
      "measured_only", "boolean", default: "`false`",
      "`true` for an accelerator whose figures are not known: only capacity tables use it."),
    Field("vendor", "string", default: "value of `id`", "Vendor; only with `measured_only`."),
    Field("devices_per_node", "integer ≥ 1", default: "1", "Devices of a node; only with `measured_only`."),
    Field("power_watts", "number ≥ 0", unit: "W", default: "0", "Power of a device; only with `measured_only`."),
    Field("region", "string", default: "the common region", "Region; pools of one region share a network."),
    Field("stock_devices", "integer ≥ 0", default: "no limit", "Devices that can be had in all tiers together."),
    Field(
      "billing", "`device` or `node`", default: "`device`", "Whether devices are paid for singly or in whole nodes."),
    Field("backend", "string", default: "first of the catalog", "Serving backend whose fitted constants apply."),
    Field(
      "prices", "`prices`, or array of `on_demand`, `reserved`, `owned`",
      default: "the catalog's on-demand price, else reserved, else owned",
      "Price tiers; an array names tiers to take from the catalog."),
    Field("available", "`available`", default: "no limits", "Devices that can be had in each tier."),
  ]

  static let priceFields = [
    Field(
      "on_demand_usd_per_device_hour", "number, 0 to 1,000", unit: "USD per device-hour", default: "tier not offered",
      "Hired for single periods."),
    Field(
      "reserved_usd_per_device_hour", "number, 0 to 1,000", unit: "USD per device-hour", default: "tier not offered",
      "Committed for all periods."),
    Field(
      "spot_usd_per_device_hour", "number, 0 to 1,000", unit: "USD per device-hour", default: "tier not offered",
      "Hired for single periods, may be interrupted; see `spot_share_max`."),
    Field("owned", "`owned_price`", default: "tier not offered", "Bought: held in all periods."),
  ]

  static let ownedPriceFields = [
    Field(
      "usd_per_device_hour", "number, 0 to 1,000", unit: "USD per device-hour", default: "from the purchase price",
      "Cost of holding a device; energy is added where `power_usd_per_kwh` is given."),
    Field(
      "purchase_usd_per_device", "number ≥ 0", unit: "USD", default: "none",
      "Purchase price, spread evenly over the lifetime (8,760 h a year)."),
    Field("lifetime_years", "number > 0", unit: "years", default: "none", "Required with `purchase_usd_per_device`."),
    Field(
      "power_usd_per_kwh", "number ≥ 0", unit: "USD/kWh", default: "0",
      "Price of energy; the device draws its board power all the time."),
    Field("pue", "number, 1 to 3", default: "1", "Power usage effectiveness: facility power over device power."),
  ]

  static let availableFields = [
    Field("on_demand", "integer ≥ 0", unit: "devices", default: "no limit", "Devices that can be hired on demand."),
    Field("reserved", "integer ≥ 0", unit: "devices", default: "no limit", "Devices that can be reserved."),
    Field("spot", "integer ≥ 0", unit: "devices", default: "no limit", "Devices that can be hired on the spot market."),
    Field("owned", "integer ≥ 0", unit: "devices", default: "no limit", "Devices that can be bought."),
  ]

  static let tableFields = [
    Field("id", "string", "Id of the table."),
    Field("model", "string", "Id of the model."),
    Field("accelerator", "string", "Id of the pool."),
    Field("phase", "`prefill`, `decode` or `aggregated`", default: "`aggregated`", "What the instance does."),
    Field("tp", "integer ≥ 1", default: "1", "Tensor-parallel degree."),
    Field("pp", "integer ≥ 1", default: "1", "Pipeline-parallel degree."),
    Field("ep", "integer ≥ 1", default: "1", "Expert-parallel degree, at most `tp` · `dp`."),
    Field("dp", "integer ≥ 1", default: "1", "Attention-data-parallel degree."),
    Field("precision", "precision", default: "not stated", "Precision of the weights."),
    Field("max_batch", "integer ≥ 1", unit: "sequences", default: "not stated", "Largest batch."),
    Field(
      "source", "string", default: "measured",
      "Where the rates are from when they were not measured, in words; plans say so."),
    Field("rows", "array of `capacity_row`", default: "from `file`", "Measurements, 1 to 100,000."),
    Field(
      "file", "string", default: "none",
      "CSV file whose header names the keys of `capacity_row`; its path is relative to the problem file."),
  ]

  static let rowFields = [
    Field("class", "string", default: "any request that fits", "Id of the class that was measured."),
    Field("input_tokens", "number ≥ 1", unit: "tokens", default: "none", "Longest prompt of the bucket."),
    Field("output_tokens", "number ≥ 1", unit: "tokens", default: "none", "Longest answer of the bucket."),
    Field("rate_per_s", "number > 0", unit: "requests/s", "Rate that one instance sustains."),
    Field("ttft_ms", "number > 0", unit: "ms", default: "meets any objective", "Time to first token at that rate."),
    Field("tpot_ms", "number > 0", unit: "ms", default: "meets any objective", "Time per output token at that rate."),
  ]

  static let linkFields = [
    Field("from", "string", "Id of the pool that sends KV (prefill)."),
    Field("to", "string", "Id of the pool that receives it (decode)."),
    Field(
      "total_gbit_per_s", "number > 0", unit: "Gbit/s", default: "not a limit",
      "Bandwidth that all transfers from the one pool to the other share."),
    Field(
      "device_gbit_per_s", "number > 0", unit: "Gbit/s", default: "the lesser network figure of the two accelerators",
      "Bandwidth of one device on this link."),
    Field("latency_ms", "number ≥ 0", unit: "ms", default: "the fitted default", "Fixed time of one transfer."),
    Field("transport", "string", default: "none", "Label, for example `rdma` or `tcp`."),
    Field("host_staged", "boolean", default: "`false`", "Whether data passes through host memory on both sides."),
  ]

  static let kvExchangeFields = [
    Field(
      "only", "array of `pool_pair`", default: "none", "The pairs that may exchange KV; not together with `except`."),
    Field("except", "array of `pool_pair`", default: "none", "The pairs that may not."),
  ]

  static let pairFields = [
    Field("from", "string", "Id of the prefill pool."),
    Field("to", "string", "Id of the decode pool."),
  ]

  static let policyFields = [
    Field(
      "serving_modes", "array of `disaggregated`, `aggregated`", default: "both",
      "Whether prefill and decode run on separate instances."),
    Field("tp", "array of integers ≥ 1", default: "those of each accelerator", "Tensor-parallel degrees."),
    Field(
      "pp", "array of integers ≥ 1", default: "1; where weights do not fit, the least of 2 and 4 with which they do",
      "Pipeline-parallel degrees."),
    Field(
      "dp", "array of integers ≥ 1",
      default:
        "`[1, 8]`; models with latent attention and 128 experts or more also 16 to 320 in steps that are deployed",
      "Attention-data-parallel degrees; above 1 only for mixture-of-experts models."),
    Field(
      "ep", "array of integers ≥ 1", default: "1 and every device of the instance", "Expert-parallel degrees."),
    Field(
      "cp", "array of integers ≥ 1", default: "`[1]`",
      "Context-parallel degrees of prefill instances: groups of devices that share the tokens of one prompt."),
    Field(
      "equal_tp", "boolean", default: "`false`",
      "Whether prefill and decode instances that exchange KV caches have the same tensor-parallel degree, for serving stacks "
        + "that do not split heads anew."),
    Field("max_devices_per_instance", "integer ≥ 1", unit: "devices", default: "no limit", "Largest instance."),
    Field("max_batch", "integer ≥ 1", unit: "sequences", default: "1024", "Largest batch of a data-parallel rank."),
    Field(
      "chunk_tokens", "integer ≥ 16", unit: "tokens", default: "chosen",
      "Token budget of a step of an aggregated instance, for each data-parallel rank: prompts and one token of every running sequence."
    ),
    Field(
      "prefill_step_tokens", "integer ≥ 1", unit: "tokens", default: "8192",
      "Token budget of a step of a prefill instance, for each data-parallel rank: as many waiting prompts as fit share a step. A single prompt may exceed it."
    ),
    Field("budget_usd_per_hour", "number ≥ 0", unit: "USD/h", default: "no limit", "Most that the plan may cost."),
    Field(
      "power_cap_watts", "number > 0", unit: "W", default: "no limit",
      "Most power that held devices may draw, in every period."),
    Field(
      "device_limits", "array of `device_limit`", default: "none",
      "Most devices over several accelerators together, in every period."),
    Field("vendor_shares", "array of `vendor_share`", default: "none", "Largest shares of vendors."),
    Field("min_vendors", "integer ≥ 1", default: "1", "Least number of vendors whose devices are used."),
    Field(
      "spare_instances_per_group", "integer ≥ 0", default: "0", "Instances kept in every group beyond what load needs."),
    Field(
      "headroom", "number, 0 to 10, or `headroom`", default: "0",
      "Extra capacity above the load, as a fraction: 0.2 for 20 %; for all phases, or for each its own."),
    Field("spot_share_max", "number, 0 to 1", default: "no limit", "Largest share of held devices in spot tiers."),
    Field(
      "router", "`shared_queue` or `random_split`", default: "`shared_queue`",
      "How requests reach the instances of a group: one queue, or one per instance with random choice."),
    Field(
      "robust", "boolean", default: "`false`",
      "Whether instances are sized for the bad end of the 90 % error band of their configuration."),
  ]

  static let vendorShareFields = [
    Field("vendor", "string", default: "every vendor by itself", "Vendor, as in the catalog."),
    Field("max_share", "number, 0 to 1", "Largest share, as a fraction."),
    Field(
      "of", "`spend`, `devices` or `capacity`", default: "`spend`",
      "What is shared out: cost of held devices, held devices, or served requests."),
  ]

  static let deviceLimitFields = [
    Field("accelerators", "array of strings", "Ids of the pools that share the limit, 1 to 64."),
    Field(
      "max_devices", "integer ≥ 0", unit: "devices", "Most devices held of them together, the current fleet included."),
  ]

  static let headroomFields = [
    Field("prefill", "number, 0 to 10", default: "0", "Headroom of instances that prefill."),
    Field("decode", "number, 0 to 10", default: "0", "Headroom of instances that decode."),
    Field("aggregated", "number, 0 to 10", default: "0", "Headroom of aggregated instances."),
  ]

  static let fleetFields = [
    Field("accelerator", "string", "Id of the pool."),
    Field("devices", "integer ≥ 0", "Devices already held."),
    Field(
      "usd_per_device_hour", "number, 0 to 1,000", unit: "USD per device-hour", default: "0",
      "Cost of keeping a device."),
  ]

  static let solverFields = [
    Field("time_limit_s", "number > 0", unit: "s", default: "60", "Wall-clock limit."),
    Field("relative_gap", "number, 0 to 1", default: "0", "Gap at which the solver may stop; 0 asks for a proof."),
    Field("node_limit", "integer ≥ 1", default: "no limit", "Most branch-and-bound nodes."),
  ]
}
