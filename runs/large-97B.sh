#!/usr/bin/env bash
# The full budget of the paper: 97 B tokens at length 128, on one device.
#
# $ ./bigs plan --preset large --tokens 97B --batch-size 190 --accumulate 4
# 346.3 M parameters, 97 B tokens in 997,122 steps of 190 × 4 × 128
# 1.86e20 FLOPs, forward and backward: 1.92e9 a token, 1.5 % of them in the head
# one device: 231,511 tokens/s (45 % of 989 TFLOP/s, which is assumed: give --tokens-per-second of
# your devices, or --measure on one), 445.05 TFLOP/s
#
#   ranks   rows       step   all-reduce   waiting    time   hours   efficiency     GB
# ──────────────────────────────────────────────────────────────────────────────────────
#       1    190   420.2 ms       0.0 ms     0.0 %   4.8 d     116      100.0 %   5.54
#
# all-reduce: a ring, 1.39 GB in 8 messages, 25 GB/s, 10 µs, behind 80 % of the backward pass
# hours: of all devices together; GB: weights, gradients and Adam's moments of a device where the
# ranks share out the moments (5.54 where they do not); activations come on top
#
# ./bigs pretrain --preset large --corpus PATH --tokenizer DIR --max-length 128 --batch-size 190 --accumulate 4 --steps 997122
source "$(dirname "${BASH_SOURCE[0]}")/recipe.sh"
accumulate=4 # rows of a step that do not fit a card of 80 GB at once
pretrain large-97B 128 97B --preset "${PRESET:-large}" --tokenizer "${BIGS_TOKENIZER:-bert-large-uncased}"
