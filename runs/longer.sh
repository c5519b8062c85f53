#!/usr/bin/env bash
# From length 128 on to 512 and 4,096, as the paper goes on from 97 B tokens to about 108 B and 110 B: the position table repeated, then trained on.
# Takes the run to go on from (default large-97B). The paper is silent about the rate; Longformer's is taken.
#
# $ ./bigs plan --preset large --max-length 512 --batch-size 47 --accumulate 4 --tokens 11B
# 346.7 M parameters, 11 B tokens in 114,279 steps of 47 × 4 × 512
# 2.12e19 FLOPs, forward and backward: 1.93e9 a token, 1.5 % of them in the head
# one device: 231,171 tokens/s (45 % of 989 TFLOP/s, which is assumed: give --tokens-per-second of
# your devices, or --measure on one), 445.05 TFLOP/s
#
#   ranks   rows       step   all-reduce   waiting     time   hours   efficiency     GB
# ───────────────────────────────────────────────────────────────────────────────────────
#       1     47   416.4 ms       0.0 ms     0.0 %   13.2 h      13      100.0 %   5.55
#
# all-reduce: a ring, 1.39 GB in 8 messages, 25 GB/s, 10 µs, behind 80 % of the backward pass
# hours: of all devices together; GB: weights, gradients and Adam's moments of a device where the
# ranks share out the moments (5.55 where they do not); activations come on top
#
# ./bigs pretrain --preset large --corpus PATH --tokenizer DIR --max-length 512 --batch-size 47 --accumulate 4 --steps 114279
#
# $ ./bigs plan --preset large --max-length 4096 --batch-size 5 --accumulate 4 --tokens 2B
# 350.4 M parameters, 2 B tokens in 24,415 steps of 5 × 4 × 4,096
# 3.86e18 FLOPs, forward and backward: 1.93e9 a token, 1.5 % of them in the head
# one device: 230,663 tokens/s (45 % of 989 TFLOP/s, which is assumed: give --tokens-per-second of
# your devices, or --measure on one), 445.05 TFLOP/s
#
#   ranks   rows       step   all-reduce   waiting    time   hours   efficiency     GB
# ──────────────────────────────────────────────────────────────────────────────────────
#       1      5   355.1 ms       0.0 ms     0.0 %   2.4 h       2      100.0 %   5.61
#
# all-reduce: a ring, 1.40 GB in 8 messages, 25 GB/s, 10 µs, behind 80 % of the backward pass
# hours: of all devices together; GB: weights, gradients and Adam's moments of a device where the
# ranks share out the moments (5.61 where they do not); activations come on top
#
# ./bigs pretrain --preset large --corpus PATH --tokenizer DIR --max-length 4096 --batch-size 5 --accumulate 4 --steps 24415
source "$(dirname "${BASH_SOURCE[0]}")/recipe.sh"
accumulate=4
from=${1:-large-97B}

# longer FROM LENGTH TOKENS
longer() {
  [[ -d $runs/$from-$2-start ]] || "$bigs" extend --model "$runs/$1" --max-length "$2" --out "$runs/$from-$2-start"
  pretrain "$from-$2" "$2" "$3" --init "$runs/$from-$2-start" --learning-rate 3e-5
}

longer "$from" 512 11B
longer "$from-512" 4096 2B
