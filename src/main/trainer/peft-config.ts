// adapter_config.json as PEFT 0.21 writes it for LoRA (huggingface/peft, LoraConfig): every key, those not used at PEFT's defaults.
import type { LoraSettings } from '#ml'

/**
 * @param transposed whether the base model stores its linear weights [in, out] (GPT-2's Conv1D)
 * @param head a module beside the adapter that was trained whole: the head of a reward model
 */
export function peftConfig(
  { rank, alpha, targets, dropout }: LoraSettings,
  { baseName, transposed, head = null }: { baseName: string; transposed: boolean; head?: string | null },
): Record<string, unknown> {
  return {
    alora_invocation_tokens: null,
    alpha_pattern: {},
    arrow_config: null,
    auto_mapping: null,
    base_model_name_or_path: baseName,
    bias: 'none',
    corda_config: null,
    ensure_weight_tying: false,
    eva_config: null,
    exclude_modules: null,
    fan_in_fan_out: transposed,
    inference_mode: true,
    init_lora_weights: true,
    kasa_config: null,
    layer_replication: null,
    layers_pattern: null,
    layers_to_transform: null,
    loftq_config: {},
    lora_alpha: alpha,
    lora_bias: false,
    lora_dropout: dropout,
    lora_ga_config: null,
    megatron_config: null,
    megatron_core: 'megatron.core',
    modules_to_save: head === null ? null : [head],
    monteclora_config: null,
    peft_type: 'LORA',
    peft_version: '0.21.2',
    qalora_group_size: 16,
    r: rank,
    rank_pattern: {},
    revision: null,
    target_modules: [...targets],
    target_parameters: null,
    task_type: head === null ? 'CAUSAL_LM' : 'SEQ_CLS',
    trainable_token_indices: null,
    use_bdlora: null,
    use_dora: false,
    use_qalora: false,
    use_rslora: false,
    velora_config: null,
  }
}
