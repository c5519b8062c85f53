#!/usr/bin/env bash
# What a machine with a GPU shows, in one go: the golden files on the card, the bench, and short pretraining runs of large at 128 and base at 4,096
# with their share of the card's own matrix peak; the authors' PyTorch code beside them where it is there.
#
#   BIGS_LIBTORCH=…/torch/lib runs/gpu-check.sh
#
#   BIGS_AUTHORS        the folder of the authors' code (jxiw/BiGS); python3 must have its torch and transformers
#   BIGS_CHECK_DEVICE   cuda unless told otherwise; with cpu and small presets it shows that the script runs to its end:
#   BIGS_CHECK_DEVICE=cpu BIGS_CHECK_STEPS=2 BIGS_CHECK_SHORT=tiny BIGS_CHECK_LONG=tiny BIGS_CHECK_TOKENS=4096 BIGS_CHECK_WIDTH=32 runs/gpu-check.sh

set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
bigs=${BIGS:-./bigs}
device=${BIGS_CHECK_DEVICE:-cuda}
steps=${BIGS_CHECK_STEPS:-30}
step_tokens=${BIGS_CHECK_TOKENS:-24320} # of a batch: a quarter of the paper's step, which fits a card of 80 GB
width=${BIGS_CHECK_WIDTH:-768}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

title() { printf '\n== %s\n' "$1"; }

# field NAME: a number of the JSON object on standard input.
field() { sed -nE "s/.*\"$1\": ?([-0-9.eE+]+).*/\1/p" | tail -n 1; }

title "the machine"
"$bigs" doctor

title "golden files on $device"
if [[ -n ${BIGS_LIBTORCH:-} ]]; then
  dotnet build test/BiGS.Torch.Tests --nologo --verbosity quiet
  source build/other-libtorch.sh
  libraries=$(other_libtorch "$BIGS_LIBTORCH")
  mkdir -p .bigs
  tests=$PWD/.bigs/tests-without-libtorch # within the repository, where tests look for it
  rm -rf "$tests"
  without_libtorch test/BiGS.Torch.Tests/bin/Debug/net10.0/linux-x64 "$tests" "$tests"
  BIGS_TEST_DEVICE=$device LD_LIBRARY_PATH=$libraries dotnet "$tests/BiGS.Torch.Tests.dll" -trait Category=Golden
else
  dotnet build test/BiGS.Torch.Tests --nologo --verbosity quiet
  BIGS_TEST_DEVICE=$device dotnet test/BiGS.Torch.Tests/bin/Debug/net10.0/linux-x64/BiGS.Torch.Tests.dll -trait Category=Golden
fi

title "matrix peak of $device"
sizes=4096,8192,16384
[[ $device == cuda ]] || sizes=256,512
measured=$("$bigs" bench matmul --device "$device" --sizes "$sizes" --json)
echo "$measured"
peak=$(field peak_tflops <<< "$measured")

title "bench: training and inference"
lengths=128,512,1024,4096
[[ $device == cuda ]] || lengths=16,64
"$bigs" bench --device "$device" --what layer-train,step,inference --sides ours,authors,attention,floor --lengths "$lengths" --tokens "$step_tokens" --width "$width" --repeats 5

# pretraining PRESET LENGTH: a short run on the built-in text, and what it comes to (its few words leave the head all but nothing to do).
pretraining() {
  local preset=$1 length=$2 run=$out/$1-$2 speed flops
  title "pretraining $preset at $length"
  "$bigs" pretrain --preset "$preset" --max-length "$length" --packed --batch-size $((step_tokens / length > 0 ? step_tokens / length : 1)) --accumulate 1 \
    --steps "$steps" --log-every $((steps / 2)) --eval-every "$steps" --save-every "$steps" --warmup-steps 1 --device "$device" --precision bf16 --out "$run" > "$run.txt"
  # The second half of the run: the first prepares products for their shapes.
  speed=$(grep '"tokens_per_second"' "$run/log.jsonl" | field tokens_per_second)
  flops=$("$bigs" plan --preset "$preset" --max-length "$length" --vocab-size "$(wc -l < "$run/vocab.txt")" --tokens-per-second "$speed" --json | field per_token)
  awk -v s="$speed" -v f="$flops" -v p="$peak" -v n="$preset" -v l="$length" \
    'BEGIN { printf "%s at %d: %.0f tokens/s, %.2f TFLOP/s, %.1f %% of the measured peak of %.2f TFLOP/s\n", n, l, s, s * f / 1e12, s * f / 1e10 / p, p }'
}

pretraining "${BIGS_CHECK_SHORT:-large}" 128
pretraining "${BIGS_CHECK_LONG:-base}" 4096

title "the authors' PyTorch code"
if [[ -z ${BIGS_AUTHORS:-} ]]; then
  echo "skipped: BIGS_AUTHORS names no folder with it"
elif ! python3 -c 'import torch, transformers' 2> "$out/python.txt"; then
  echo "skipped: python3 has no torch and transformers ($(tail -n 1 "$out/python.txt"))"
else
  python3 runs/authors-step.py "$BIGS_AUTHORS" "$device" "$step_tokens" "$steps"
fi
