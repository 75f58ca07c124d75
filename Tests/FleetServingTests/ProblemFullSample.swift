/// A problem that uses every key of the format; the files that it names are written by `ProblemFiles`.
let fullProblem = """
  { "$schema": "problem.schema.json", "format": "fleetplan-problem/1", "name": "everything",
    "description": "One of each.",
    "periods": [ {"id": "day", "hours": 16}, {"id": "night", "hours": 8} ],
    "models": [
      "qwen3-32b",
      {"id": "llama", "catalog": "Llama-3.1-70B", "weight_precisions": ["fp8", "bf16"],
       "kv_precisions": ["bf16", "fp8"], "max_sequence_tokens": 32768},
      {"id": "own", "name": "Own model", "native_precision": "fp8", "native_quantization": "linear",
       "native_bytes_per_weight": 1.01,
       "architecture": {"layers": 32, "hidden_size": 4096, "vocabulary_size": 128256, "tied_embeddings": false,
         "maximum_context_tokens": 8192,
         "attention": {"kind": "gqa", "query_heads": 32, "kv_heads": 8, "head_dim": 128},
         "dense_ffn": {"layers": 32, "intermediate_size": 14336}}},
      {"id": "secret", "measured_only": true, "weight_precisions": ["int8"], "kv_precisions": ["int8"]} ],
    "accelerators": [
      "mi300x",
      {"id": "h100", "catalog": "h100-sxm", "region": "eu", "stock_devices": 64, "billing": "node", "backend": "sglang",
       "prices": {"on_demand_usd_per_device_hour": 3.2, "reserved_usd_per_device_hour": 1.78,
         "spot_usd_per_device_hour": 1.2, "owned": {"usd_per_device_hour": 1.4}},
       "available": {"on_demand": 32, "reserved": 64, "spot": 16, "owned": 8}},
      {"catalog": "a100_sxm", "prices": ["on_demand", "reserved"]},
      {"id": "bought", "catalog": "l40s", "prices": {"owned": {"purchase_usd_per_device": 8760, "lifetime_years": 4,
         "power_usd_per_kwh": 0.1, "pue": 1.5}}},
      {"id": "lab-x", "measured_only": true, "vendor": "acme", "devices_per_node": 4, "power_watts": 500,
       "prices": {"on_demand_usd_per_device_hour": 1}},
      {"id": "inline", "prices": {"on_demand_usd_per_device_hour": 2},
       "accelerator": {"id": "new-chip", "name": "New chip", "vendor": "acme", "family": "new", "aliases": ["nc"],
         "memory_bytes": 137438953472, "memory_bandwidth_bytes_per_s": 4e12, "dense_flops": {"bf16": 5e14, "fp8": 1e15},
         "devices_per_node": 8, "scale_up_domain_devices": 8, "scale_up_bytes_per_s": 4e11,
         "scale_out_bytes_per_s": 5e10, "host_bytes_per_s": 6.4e10, "power_watts": 600,
         "weight_precisions": ["bf16", "fp8"], "tensor_parallel_degrees": [1, 2, 4, 8],
         "kv_layout": {"layouts": ["NHD"], "block_sizes_tokens": [16], "precisions": ["bf16"]}, "backends": ["vllm"],
         "prices": {"on_demand_usd_per_device_hour": 3}}} ],
    "classes": [
      {"id": "chat", "model": "llama", "rate_per_s": [12.5, 3], "lengths": {"input_tokens": 1000, "output_tokens": 200},
       "slo": {"ttft_ms": {"limit": 800, "percentile": 99}, "tpot_ms": 50, "e2e_ms": 30000}},
      {"id": "spread", "model": "qwen3-32b", "rate_per_s": 2,
       "lengths": {"input_tokens": {"p50": 800, "p90": 3000, "p99": 9000, "max": 16000},
         "output_tokens": {"min": 10, "p5": 20, "p50": 150, "p99.9": 2000}},
       "slo": {"ttft_slowdown": {"factor": 3, "percentile": 90}, "tpot_slowdown": 2, "e2e_slowdown": 2.5,
         "reference": {"accelerator": "a100-sxm", "tp": 4, "pp": 1, "ep": 1, "dp": 1, "precision": "bf16",
           "kv_precision": "bf16", "backend": "vllm"}}},
      {"id": "buckets", "model": "own", "rate_per_s": [1, 0],
       "lengths": {"histogram": [{"input_tokens": 100, "output_tokens": 10, "weight": 3},
         {"input_tokens": 4000, "output_tokens": 500}]},
       "slo": {"tpot_ms": {"limit": 40}}},
      {"id": "replay", "model": "qwen3-32b",
       "lengths": {"trace": "trace.csv", "first_row": 2, "rows": 3, "beyond_context": "clip", "rate_scale": 10},
       "slo": {"ttft_ms": 1000}},
      {"id": "dark", "model": "secret", "rate_per_s": 0.5, "lengths": {"input_tokens": 500, "output_tokens": 50},
       "slo": {"ttft_ms": 1000, "tpot_ms": 80}} ],
    "capacity_tables": [
      {"id": "secret-x", "model": "secret", "accelerator": "lab-x", "phase": "aggregated", "tp": 2, "pp": 1, "ep": 1,
       "dp": 1, "precision": "int8", "max_batch": 64, "source": "a calculator",
       "rows": [{"class": "dark", "rate_per_s": 1.5, "ttft_ms": 300, "tpot_ms": 30},
         {"input_tokens": 1000, "output_tokens": 100, "rate_per_s": 0.7}]},
      {"id": "from-file", "model": "secret", "accelerator": "lab-x", "tp": 4, "file": "table.csv"} ],
    "links": [ {"from": "h100", "to": "mi300x", "total_gbit_per_s": 3200, "device_gbit_per_s": 400, "latency_ms": 0.5,
      "transport": "rdma", "host_staged": true} ],
    "kv_exchange": {"only": [{"from": "h100", "to": "mi300x"}, {"from": "h100", "to": "h100"}]},
    "policy": {"serving_modes": ["disaggregated"], "tp": [4, 1, 2], "pp": [1], "dp": [1, 8], "ep": [1, 8], "cp": [1, 2], "equal_tp": true,
      "max_devices_per_instance": 16, "max_batch": 512, "chunk_tokens": 4096, "prefill_step_tokens": 16384, "budget_usd_per_hour": 900,
      "power_cap_watts": 200000, "device_limits": [{"accelerators": ["h100", "mi300x"], "max_devices": 96}],
      "vendor_shares": [{"vendor": "nvidia", "max_share": 0.7, "of": "devices"},
        {"max_share": 0.8}],
      "min_vendors": 2, "spare_instances_per_group": 1, "headroom": {"prefill": 0.2, "decode": 0.1, "aggregated": 0.05}, "spot_share_max": 0.3,
      "router": "random_split", "robust": true},
    "current_fleet": [ {"accelerator": "h100", "devices": 16, "usd_per_device_hour": 0.4},
      {"accelerator": "bought", "devices": 4} ],
    "objective": ["traffic", "cost"], "traffic_mix": "free",
    "solver": {"time_limit_s": 30, "relative_gap": 0.01, "node_limit": 100000} }
  """

/// Four requests, 1 s apart.
let sampleTrace = """
  TIMESTAMP,ContextTokens,GeneratedTokens
  2023-11-16 18:15:46.6805900,374,44
  2023-11-16 18:15:47.6805900,396,109
  2023-11-16 18:15:48.6805900,879,55
  2023-11-16 18:15:49.6805900,91,16
  """

let sampleTable = """
  class, rate_per_s, ttft_ms, tpot_ms
  dark, 3.5, 250, 25
  dark, 4,,40
  """
