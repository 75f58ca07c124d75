/// Configurations written from the published sizes of models, in the shape of their `config.json`.
enum HuggingFaceSamples {
  /// Configuration text by catalog id.
  static let all: [String: String] = dense.merging(experts) { first, _ in first }
    .merging(windowed) { first, _ in first }.merging(compressed) { first, _ in first }

  static let ids = all.keys.sorted()

  /// A JSON array with one entry for each of `layers` layers.
  private static func list(_ layers: Int, _ entry: (Int) -> String) -> String {
    "[" + (0..<layers).map(entry).joined(separator: ", ") + "]"
  }

  private static func kinds(_ layers: Int, full: (Int) -> Bool) -> String {
    list(layers) { full($0) ? "\"full_attention\"" : "\"sliding_attention\"" }
  }

  private static let dense = [
    "llama-3.1-8b": """
    { "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
      "max_position_embeddings": 131072, "rope_theta": 500000.0, "rms_norm_eps": 1e-05, "eos_token_id": [128001],
      "rope_scaling": { "factor": 8.0, "rope_type": "llama3" }, "tie_word_embeddings": false,
      "torch_dtype": "bfloat16" }
    """,
    "llama-2-7b": """
    { "model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
      "num_attention_heads": 32, "vocab_size": 32000, "max_position_embeddings": 4096, "torch_dtype": "float16" }
    """,
    "mistral-7b": """
    { "model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32768, "max_position_embeddings": 32768,
      "sliding_window": null, "torch_dtype": "bfloat16" }
    """,
    "qwen2.5-72b": """
    { "model_type": "qwen2", "hidden_size": 8192, "intermediate_size": 29568, "num_hidden_layers": 80,
      "num_attention_heads": 64, "num_key_value_heads": 8, "vocab_size": 152064, "max_position_embeddings": 131072,
      "max_window_layers": 80, "sliding_window": 131072, "use_sliding_window": false, "torch_dtype": "bfloat16" }
    """,
    "phi-4": """
    { "model_type": "phi3", "hidden_size": 5120, "intermediate_size": 17920, "num_hidden_layers": 40,
      "num_attention_heads": 40, "num_key_value_heads": 10, "vocab_size": 100352, "max_position_embeddings": 16384,
      "sliding_window": null, "torch_dtype": "bfloat16" }
    """,
    "opt-13b": """
    { "model_type": "opt", "hidden_size": 5120, "ffn_dim": 20480, "num_hidden_layers": 40,
      "num_attention_heads": 40, "vocab_size": 50272, "max_position_embeddings": 2048, "word_embed_proj_dim": 5120,
      "torch_dtype": "float16" }
    """,
    "bloom-176b": """
    { "model_type": "bloom", "n_embed": 14336, "n_layer": 70, "num_attention_heads": 112, "vocab_size": 250880,
      "seq_length": 2048, "torch_dtype": "bfloat16" }
    """,
  ]

  private static let experts = [
    "mixtral-8x7b": """
    { "model_type": "mixtral", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 8, "num_local_experts": 8, "num_experts_per_tok": 2,
      "vocab_size": 32000, "max_position_embeddings": 32768, "sliding_window": null, "torch_dtype": "bfloat16" }
    """,
    "qwen3-235b-a22b": """
    { "model_type": "qwen3_moe", "hidden_size": 4096, "head_dim": 128, "intermediate_size": 12288,
      "moe_intermediate_size": 1536, "num_hidden_layers": 94, "num_attention_heads": 64, "num_key_value_heads": 4,
      "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1, "mlp_only_layers": [],
      "vocab_size": 151936, "max_position_embeddings": 40960, "use_sliding_window": false,
      "torch_dtype": "bfloat16" }
    """,
    "qwen3.5-397b-a17b": """
    { "model_type": "qwen3_5_moe", "tie_word_embeddings": false, "vision_config": { "hidden_size": 1152 },
      "text_config": { "model_type": "qwen3_5_moe_text", "hidden_size": 4096, "head_dim": 256,
        "num_hidden_layers": 60, "num_attention_heads": 32, "num_key_value_heads": 2, "attn_output_gate": true,
        "full_attention_interval": 4, "linear_conv_kernel_dim": 4, "linear_key_head_dim": 128,
        "linear_value_head_dim": 128, "linear_num_key_heads": 16, "linear_num_value_heads": 64,
        "moe_intermediate_size": 1024, "shared_expert_intermediate_size": 1024, "num_experts": 512,
        "num_experts_per_tok": 10, "vocab_size": 248320, "max_position_embeddings": 262144,
        "dtype": "bfloat16" } }
    """,
    "glm-4.5": """
    { "model_type": "glm4_moe", "hidden_size": 5120, "head_dim": 128, "intermediate_size": 12288,
      "moe_intermediate_size": 1536, "num_hidden_layers": 92, "num_nextn_predict_layers": 1,
      "num_attention_heads": 96, "num_key_value_heads": 8, "n_routed_experts": 160, "n_shared_experts": 1,
      "num_experts_per_tok": 8, "first_k_dense_replace": 3, "vocab_size": 151552, "max_position_embeddings": 131072,
      "torch_dtype": "bfloat16" }
    """,
    "minimax-m2.5": """
    { "model_type": "minimax_m2", "hidden_size": 3072, "head_dim": 128, "intermediate_size": 1536,
      "num_hidden_layers": 62, "num_attention_heads": 48, "num_key_value_heads": 8, "num_local_experts": 256,
      "num_experts_per_tok": 8, "vocab_size": 200064, "max_position_embeddings": 196608, "dtype": "bfloat16",
      "quantization_config": { "quant_method": "fp8", "modules_to_not_convert": ["gate", "lm_head"] } }
    """,
  ]

  private static let windowed = [
    "gpt-oss-120b": """
    { "model_type": "gpt_oss", "hidden_size": 2880, "head_dim": 64, "intermediate_size": 2880,
      "num_hidden_layers": 36, "num_attention_heads": 64, "num_key_value_heads": 8, "num_local_experts": 128,
      "experts_per_token": 4, "vocab_size": 201088, "max_position_embeddings": 131072, "sliding_window": 128,
      "layer_types": \(kinds(36) { $0 % 2 == 1 }),
      "quantization_config": { "quant_method": "mxfp4",
        "modules_to_not_convert": ["model.layers.*.self_attn", "model.layers.*.mlp.router", "lm_head"] } }
    """,
    "gemma-3-27b": """
    { "model_type": "gemma3", "torch_dtype": "bfloat16",
      "text_config": { "model_type": "gemma3_text", "hidden_size": 5376, "head_dim": 128,
        "intermediate_size": 21504, "num_hidden_layers": 62, "num_attention_heads": 32, "num_key_value_heads": 16,
        "sliding_window": 1024 } }
    """,
    "gemma-4-26b-a4b": """
    { "model_type": "gemma4", "tie_word_embeddings": true,
      "text_config": { "model_type": "gemma4_text", "hidden_size": 2816, "head_dim": 256, "global_head_dim": 512,
        "intermediate_size": 2112, "moe_intermediate_size": 704, "enable_moe_block": true, "num_experts": 128,
        "top_k_experts": 8, "num_hidden_layers": 30, "num_attention_heads": 16, "num_key_value_heads": 8,
        "num_global_key_value_heads": 2, "attention_k_eq_v": true, "hidden_size_per_layer_input": 0,
        "num_kv_shared_layers": 0, "sliding_window": 1024, "vocab_size": 262144,
        "max_position_embeddings": 262144, "layer_types": \(kinds(30) { $0 % 6 == 5 }), "dtype": "bfloat16" } }
    """,
    "llama-4-maverick": """
    { "model_type": "llama4", "torch_dtype": "bfloat16",
      "text_config": { "model_type": "llama4_text", "hidden_size": 5120, "head_dim": 128,
        "intermediate_size": 8192, "intermediate_size_mlp": 16384, "interleave_moe_layer_step": 2,
        "num_hidden_layers": 48, "num_attention_heads": 40, "num_key_value_heads": 8, "num_local_experts": 128,
        "num_experts_per_tok": 1, "attention_chunk_size": 8192, "no_rope_layers": \(list(48) { $0 % 4 == 3 ? "0" : "1" }),
        "vocab_size": 202048, "max_position_embeddings": 1048576 } }
    """,
    "mimo-v2-flash": """
    { "model_type": "mimo_v2_flash", "hidden_size": 4096, "head_dim": 192, "v_head_dim": 128,
      "intermediate_size": 16384, "moe_intermediate_size": 2048, "num_hidden_layers": 48,
      "num_attention_heads": 64, "num_key_value_heads": 4, "swa_num_attention_heads": 64,
      "swa_num_key_value_heads": 8, "swa_head_dim": 192, "swa_v_head_dim": 128, "sliding_window": 128,
      "hybrid_layer_pattern": \(list(48) { $0 == 0 || $0 % 6 == 5 ? "0" : "1" }),
      "moe_layer_freq": \(list(48) { $0 == 0 ? "0" : "1" }), "n_routed_experts": 256, "n_shared_experts": null,
      "num_experts_per_tok": 8, "vocab_size": 152576, "max_position_embeddings": 262144,
      "quantization_config": { "quant_method": "fp8" } }
    """,
    "step-3.7-flash": """
    { "model_type": "step3p7",
      "text_config": { "model_type": "step3p5", "hidden_size": 4096, "head_dim": 128, "intermediate_size": 11264,
        "moe_intermediate_size": 1280, "share_expert_dim": 1280, "moe_num_experts": 288, "moe_top_k": 8,
        "moe_layers_enum": "\((3..<45).map(String.init).joined(separator: ","))", "num_hidden_layers": 45,
        "num_attention_heads": 64, "num_attention_groups": 8, "sliding_window": 512,
        "attention_other_setting": { "num_attention_heads": 96, "num_attention_groups": 8, "head_dim": 128 },
        "layer_types": \(kinds(48) { $0 % 4 == 0 }), "max_seq_len": 262144, "vocab_size": 128896,
        "torch_dtype": "bfloat16" } }
    """,
  ]

  private static let compressed = [
    "deepseek-r1": """
    { "model_type": "deepseek_v3", "hidden_size": 7168, "intermediate_size": 18432, "moe_intermediate_size": 2048,
      "num_hidden_layers": 61, "num_attention_heads": 128, "num_key_value_heads": 128, "kv_lora_rank": 512,
      "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
      "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
      "n_group": 8, "topk_group": 4, "moe_layer_freq": 1, "vocab_size": 129280, "max_position_embeddings": 163840,
      "quantization_config": { "quant_method": "fp8", "weight_block_size": [128, 128] } }
    """,
    "glm-5.2": """
    { "model_type": "glm_moe_dsa", "hidden_size": 6144, "head_dim": 192, "intermediate_size": 12288,
      "moe_intermediate_size": 2048, "num_hidden_layers": 78, "num_attention_heads": 64, "kv_lora_rank": 512,
      "q_lora_rank": 2048, "qk_nope_head_dim": 192, "qk_rope_head_dim": 64, "v_head_dim": 256,
      "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8,
      "mlp_layer_types": \(list(78) { $0 < 3 ? "\"dense\"" : "\"sparse\"" }), "index_topk": 2048,
      "index_n_heads": 32, "index_head_dim": 128, "index_topk_pattern": null,
      "indexer_types": \(list(78) { $0 < 3 || $0 % 4 == 2 ? "\"full\"" : "\"shared\"" }),
      "vocab_size": 154880, "max_position_embeddings": 1048576, "dtype": "bfloat16" }
    """,
    "kimi-k2.5": """
    { "model_type": "kimi_k25",
      "text_config": { "model_type": "kimi_k2", "hidden_size": 7168, "intermediate_size": 18432,
        "moe_intermediate_size": 2048, "num_hidden_layers": 61, "num_attention_heads": 64, "kv_lora_rank": 512,
        "q_lora_rank": 1536, "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
        "n_routed_experts": 384, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 1,
        "moe_layer_freq": 1, "vocab_size": 163840, "max_position_embeddings": 262144, "dtype": "bfloat16",
        "quantization_config": { "quant_method": "compressed-tensors",
          "config_groups": { "group_0": { "targets": ["Linear"], "weights": {
            "num_bits": 4, "type": "int", "group_size": 32, "symmetric": true } } },
          "ignore": ["lm_head", "re:.*self_attn.*", "re:.*shared_experts.*"] } } }
    """,
    "minimax-m3": """
    { "model_type": "minimax_m3_vl", "torch_dtype": "bfloat16", "tie_word_embeddings": false,
      "text_config": { "model_type": "minimax_m3_text", "hidden_size": 6144, "head_dim": 128,
        "intermediate_size": 3072, "dense_intermediate_size": 12288, "shared_intermediate_size": 3072,
        "num_hidden_layers": 60, "num_attention_heads": 64, "num_key_value_heads": 4, "num_local_experts": 128,
        "num_experts_per_tok": 4, "moe_layer_freq": \(list(60) { $0 < 3 ? "0" : "1" }),
        "sparse_attention_config": { "sparse_attention_freq": \(list(60) { $0 < 3 ? "0" : "1" }),
          "sparse_block_size": 128, "sparse_topk_blocks": 16, "sparse_num_index_heads": 4,
          "sparse_index_dim": 128 },
        "vocab_size": 200064, "max_position_embeddings": 1048576 } }
    """,
  ]
}
