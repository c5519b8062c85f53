"""Times training steps of the authors' PyTorch code (jxiw/BiGS) at the sizes of large at 128 and base at 4,096; called by gpu-check.sh.

Their model computes logits at all positions, in single precision, as they trained it; AdamW is torch's fused one.
"""

import importlib
import statistics
import sys
import time

import torch

folder, device, step_tokens, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
sys.path.insert(0, folder)
config_class = importlib.import_module("BiGS.configuration_bigs").BiGSConfig
model_class = importlib.import_module("BiGS.modeling_bigs").BiGSForMaskedLM
SIZES = [("large", 1024, 23, 128), ("base", 768, 12, 4096)] if device == "cuda" else [("tiny", 64, 2, 128)]

for name, width, layers, length in SIZES:
    config = config_class(
        vocab_size=30522, hidden_size=width, intermediate_size=3 * width, num_hidden_layers=layers, num_ssm=64,
        max_position_embeddings=length, max_seq_length=length, pre_norm=True, hidden_dropout_prob=0.1)
    model = model_class(config).to(device).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=device == "cuda")
    rows = max(1, step_tokens // length)
    while True:
        ids = torch.randint(1000, 30522, (rows, length), device=device)
        labels = torch.where(torch.rand(rows, length, device=device) < 0.15, ids, torch.full_like(ids, -100))
        try:
            seconds = []
            for _ in range(3 + steps):
                start = time.perf_counter()
                optimizer.zero_grad()
                model(input_ids=ids, attention_mask=torch.ones_like(ids), labels=labels).loss.backward()
                optimizer.step()
                if device == "cuda":
                    torch.cuda.synchronize()
                seconds.append(time.perf_counter() - start)
            break
        except torch.cuda.OutOfMemoryError:
            if rows == 1:
                raise
            rows //= 2  # logits at all positions need much memory
            torch.cuda.empty_cache()
    print(f"{name} at {length}: {rows * length / statistics.median(seconds[3:]):,.0f} tokens/s in steps of {rows} rows")
    del model, optimizer
