extension StarterProblem {
  /// The first one is the default.
  static let all = [chat, moe, budget, periods, measured]

  private static let chat = StarterProblem(
    name: "chat", summary: "one model, two kinds of requests, accelerators of three vendors",
    text: """
      {
        "format": "fleetplan-problem/1",
        "name": "chat and documents",
        "description": "Llama 3.1 70B for a chat and for questions about documents, on what two clouds offer. Change models, rates, lengths and prices to your own; `fleetplan catalog` lists the ids.",
        "models": [
          { "id": "llama-3.1-70b", "weight_precisions": ["bf16", "fp8"] }
        ],
        "accelerators": [
          { "id": "h100", "catalog": "h100-sxm", "stock_devices": 64 },
          { "id": "mi300x", "stock_devices": 32 },
          { "id": "gaudi3", "stock_devices": 64 }
        ],
        "classes": [
          {
            "id": "chat",
            "model": "llama-3.1-70b",
            "rate_per_s": 20,
            "lengths": {
              "input_tokens": { "p50": 600, "p90": 2000, "p99": 6000 },
              "output_tokens": { "p50": 150, "p90": 400, "p99": 900 }
            },
            "slo": { "ttft_ms": 1000, "tpot_ms": { "limit": 50, "percentile": 99 } }
          },
          {
            "id": "documents",
            "model": "llama-3.1-70b",
            "rate_per_s": 2,
            "lengths": { "input_tokens": 12000, "output_tokens": 300 },
            "slo": { "ttft_ms": 8000, "tpot_ms": 80 }
          }
        ],
        "solver": { "time_limit_s": 60 }
      }

      """)

  private static let moe = StarterProblem(
    name: "moe", summary: "a large mixture-of-experts model with expert parallelism, bought in whole nodes",
    text: """
      {
        "format": "fleetplan-problem/1",
        "name": "reasoning",
        "description": "DeepSeek-R1 with long answers. Attention may run on data-parallel ranks (dp) while experts are spread over all devices of an instance (ep).",
        "models": [
          { "id": "deepseek-r1", "weight_precisions": ["fp8"] }
        ],
        "accelerators": [
          { "id": "h200", "catalog": "h200-sxm", "stock_devices": 96, "billing": "node" },
          { "id": "mi300x", "stock_devices": 96, "billing": "node" }
        ],
        "classes": [
          {
            "id": "reasoning",
            "model": "deepseek-r1",
            "rate_per_s": 4,
            "lengths": { "input_tokens": 1500, "output_tokens": 4000 },
            "slo": { "ttft_ms": 3000, "tpot_ms": 60 }
          }
        ],
        "policy": { "tp": [1, 8], "dp": [1, 8], "max_devices_per_instance": 16 },
        "solver": { "time_limit_s": 60 }
      }

      """)

  private static let budget = StarterProblem(
    name: "budget", summary: "the most traffic that a budget and a power cap allow",
    text: """
      {
        "format": "fleetplan-problem/1",
        "name": "as much as we can",
        "description": "Offered rates are an upper limit: the plan serves the same fraction of both classes, as large as the budget allows.",
        "objective": ["traffic", "cost"],
        "traffic_mix": "proportional",
        "models": ["qwen3-32b"],
        "accelerators": [
          { "id": "l40s", "stock_devices": 64 },
          { "id": "h100", "catalog": "h100-sxm", "stock_devices": 32 },
          { "id": "mi300x", "stock_devices": 32 }
        ],
        "classes": [
          {
            "id": "chat",
            "model": "qwen3-32b",
            "rate_per_s": 60,
            "lengths": { "input_tokens": 800, "output_tokens": 250 },
            "slo": { "ttft_ms": 1500, "tpot_ms": 60 }
          },
          {
            "id": "code",
            "model": "qwen3-32b",
            "rate_per_s": 30,
            "lengths": { "input_tokens": 3000, "output_tokens": 60 },
            "slo": { "ttft_ms": 2000, "tpot_ms": 40 }
          }
        ],
        "policy": { "budget_usd_per_hour": 25, "power_cap_watts": 8000 },
        "solver": { "time_limit_s": 60 }
      }

      """)

  private static let periods = StarterProblem(
    name: "periods", summary: "day and night rates, a current fleet, price tiers and a vendor rule",
    text: """
      {
        "format": "fleetplan-problem/1",
        "name": "day and night",
        "description": "Reserved devices are paid for all day, hired ones only while they are needed. Devices already held are used before anything is hired.",
        "periods": [
          { "id": "day", "hours": 14 },
          { "id": "night", "hours": 10 }
        ],
        "models": [
          { "id": "llama-3.1-8b", "weight_precisions": ["bf16", "fp8"] }
        ],
        "accelerators": [
          {
            "id": "h100",
            "catalog": "h100-sxm",
            "stock_devices": 40,
            "prices": { "on_demand_usd_per_device_hour": 3.2, "reserved_usd_per_device_hour": 1.78 }
          },
          { "id": "mi300x", "stock_devices": 40, "prices": ["on_demand", "reserved"] },
          { "id": "l4", "stock_devices": 64 }
        ],
        "classes": [
          {
            "id": "assistant",
            "model": "llama-3.1-8b",
            "rate_per_s": [220, 60],
            "lengths": { "input_tokens": 1200, "output_tokens": 200 },
            "slo": { "ttft_ms": 700, "tpot_ms": 40, "e2e_ms": { "limit": 9000, "percentile": 95 } }
          }
        ],
        "current_fleet": [{ "accelerator": "l4", "devices": 16 }],
        "policy": {
          "vendor_shares": [{ "max_share": 0.7, "of": "spend" }]
        },
        "solver": { "time_limit_s": 60 }
      }

      """)

  private static let measured = StarterProblem(
    name: "measured", summary: "your own measurements instead of the latency model",
    text: """
      {
        "format": "fleetplan-problem/1",
        "name": "measured by us",
        "description": "Each table is one configuration that was measured: the rate that an instance sustains for requests up to a length, and its latencies there. Nothing is predicted.",
        "models": [{ "id": "our-model", "measured_only": true }],
        "accelerators": [
          {
            "id": "small-gpu",
            "measured_only": true,
            "vendor": "a",
            "stock_devices": 40,
            "prices": { "on_demand_usd_per_device_hour": 0.9 }
          },
          {
            "id": "large-gpu",
            "measured_only": true,
            "vendor": "b",
            "stock_devices": 16,
            "prices": { "on_demand_usd_per_device_hour": 3.1 }
          }
        ],
        "classes": [
          {
            "id": "short",
            "model": "our-model",
            "rate_per_s": 12,
            "lengths": { "input_tokens": 400, "output_tokens": 100 },
            "slo": { "ttft_ms": 500, "tpot_ms": 50 }
          },
          {
            "id": "long",
            "model": "our-model",
            "rate_per_s": 3,
            "lengths": { "input_tokens": 3500, "output_tokens": 400 },
            "slo": { "ttft_ms": 1500, "tpot_ms": 50 }
          }
        ],
        "capacity_tables": [
          {
            "id": "small",
            "model": "our-model",
            "accelerator": "small-gpu",
            "rows": [
              { "class": "short", "rate_per_s": 2.1, "ttft_ms": 310, "tpot_ms": 38 },
              { "class": "long", "rate_per_s": 0.24, "ttft_ms": 1400, "tpot_ms": 46 }
            ]
          },
          {
            "id": "large-prefill",
            "model": "our-model",
            "accelerator": "large-gpu",
            "phase": "prefill",
            "rows": [
              { "input_tokens": 512, "output_tokens": 128, "rate_per_s": 26, "ttft_ms": 120 },
              { "input_tokens": 4096, "output_tokens": 512, "rate_per_s": 4.1, "ttft_ms": 600 }
            ]
          },
          {
            "id": "large-decode",
            "model": "our-model",
            "accelerator": "large-gpu",
            "phase": "decode",
            "rows": [
              { "input_tokens": 512, "output_tokens": 128, "rate_per_s": 21, "tpot_ms": 30 },
              { "input_tokens": 4096, "output_tokens": 512, "rate_per_s": 3.4, "tpot_ms": 34 }
            ]
          }
        ],
        "policy": { "headroom": 0.2 }
      }

      """)
}
