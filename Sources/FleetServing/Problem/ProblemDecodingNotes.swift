/// Hints for keys that people write in the place of those of the format.
extension ProblemFormat.Part {
  var notes: [String: String] {
    switch self {
    case .problem:
      [
        "pools": "write accelerators", "gpus": "write accelerators", "devices": "write accelerators",
        "requests": "write classes", "workload": "write classes", "workloads": "write classes",
        "constraints": "write policy", "objectives": "write objective", "version": "write format",
        "catalog": "the catalog is a folder, given on the command line",
      ]
    case .period: ["duration_h": "write hours", "name": "write id"]
    case .model: ["precision": "write weight_precisions, an array", "context": "write max_sequence_tokens"]
    case .accelerator:
      [
        "stock": "write stock_devices", "count": "write stock_devices", "price": "write prices",
        "price_usd_per_hour": "write prices", "price_usd_per_device_hour": "write prices",
        "usd_per_device_hour": "write prices: {\"on_demand_usd_per_device_hour\": …}",
        "on_demand_usd_per_device_hour": "write it within prices", "whole_nodes": "write billing: \"node\"",
      ]
    case .prices:
      [
        "on_demand": "write on_demand_usd_per_device_hour", "reserved": "write reserved_usd_per_device_hour",
        "spot": "write spot_usd_per_device_hour",
        "owned_usd_per_device_hour": "write owned: {\"usd_per_device_hour\": …}",
      ]
    case .ownedPrice: ["lifetime_hours": "write lifetime_years", "purchase_usd": "write purchase_usd_per_device"]
    case .requestClass:
      [
        "rate": "write rate_per_s, in requests per second", "rps": "write rate_per_s", "qps": "write rate_per_s",
        "rate_per_min": "write rate_per_s, in requests per second",
        "input_tokens": "write it within lengths", "output_tokens": "write it within lengths",
        "ttft_ms": "write it within slo", "tpot_ms": "write it within slo",
      ]
    case .lengths:
      [
        "isl": "write input_tokens", "osl": "write output_tokens", "prompt_tokens": "write input_tokens",
        "generated_tokens": "write output_tokens", "scale": "write rate_scale",
      ]
    case .quantiles: ["mean": "for a single length write the number itself"]
    case .slo:
      [
        "ttft": "write ttft_ms, in milliseconds", "ttft_s": "write ttft_ms, in milliseconds",
        "tpot": "write tpot_ms, in milliseconds", "tpot_s": "write tpot_ms, in milliseconds",
        "itl_ms": "write tpot_ms", "tbt_ms": "write tpot_ms", "latency_ms": "write e2e_ms",
        "e2e_s": "write e2e_ms, in milliseconds",
      ]
    case .latencyObjective:
      ["limit_ms": "write limit, in milliseconds", "quantile": "write percentile, for example 95"]
    case .slowdownObjective: ["limit": "write factor, a multiple", "quantile": "write percentile, for example 95"]
    case .idleReference: ["pool": "write accelerator", "gpu": "write accelerator", "weights": "write precision"]
    case .capacityTable: ["pool": "write accelerator", "entries": "write rows"]
    case .capacityRow: ["throughput": "write rate_per_s", "rps": "write rate_per_s"]
    case .link:
      [
        "bandwidth_gbit_per_s": "write total_gbit_per_s or device_gbit_per_s",
        "total_gb_per_s": "write total_gbit_per_s; 1 GB/s is 8 Gbit/s",
        "device_gb_per_s": "write device_gbit_per_s; 1 GB/s is 8 Gbit/s",
        "total_gbyte_per_s": "write total_gbit_per_s; 1 GB/s is 8 Gbit/s",
        "device_gbyte_per_s": "write device_gbit_per_s; 1 GB/s is 8 Gbit/s",
        "total_gbps": "write total_gbit_per_s", "device_gbps": "write device_gbit_per_s",
        "prefill": "write from", "decode": "write to",
      ]
    case .policy:
      [
        "budget": "write budget_usd_per_hour", "power_cap_kw": "write power_cap_watts",
        "vendor_share": "write vendor_shares, an array", "modes": "write serving_modes", "same_tp": "write equal_tp",
        "spares": "write spare_instances_per_group",
      ]
    case .deviceLimit:
      ["pools": "write accelerators", "maximum_devices": "write max_devices", "devices": "write max_devices"]
    case .vendorShare: ["share": "write max_share", "measure": "write of"]
    case .currentFleet: ["count": "write devices", "pool": "write accelerator"]
    case .solver: ["time_limit": "write time_limit_s", "gap": "write relative_gap", "nodes": "write node_limit"]
    case .headroom: ["all": "for one headroom of all phases write the number itself"]
    case .available, .histogramPoint, .kvExchange, .poolPair: [:]
    }
  }
}
