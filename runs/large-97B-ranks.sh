#!/usr/bin/env bash
# The full budget of the paper on several devices (RANKS, 8 unless told otherwise): the same steps, their rows shared out.
#
# $ ./bigs plan --preset large --tokens 97B --ranks 1,4,8,16,64 --bandwidth 200
# 346.3 M parameters, 97 B tokens in 997,122 steps of 760 × 1 × 128
# 1.86e20 FLOPs, forward and backward: 1.92e9 a token, 1.5 % of them in the head
# one device: 231,511 tokens/s (45 % of 989 TFLOP/s, which is assumed: give --tokens-per-second of
# your devices, or --measure on one), 445.05 TFLOP/s
#
#   ranks   rows       step   all-reduce   waiting     time   hours   efficiency     GB
# ───────────────────────────────────────────────────────────────────────────────────────
#       1    760   420.2 ms       0.0 ms     0.0 %    4.8 d     116      100.0 %   5.54
#       4    190   106.4 ms      10.9 ms     1.3 %   29.5 h     118       98.7 %   3.46
#       8     95    54.2 ms      13.2 ms     3.1 %   15.0 h     120       96.9 %   3.12
#      16     48    28.5 ms      15.4 ms     6.8 %    7.9 h     126       92.3 %   2.94
#      64     12    26.8 ms      23.7 ms    75.3 %    7.4 h     475       24.5 %   2.81
#
# all-reduce: a ring, 1.39 GB in 8 messages, 200 GB/s, 10 µs, behind 80 % of the backward pass
# hours: of all devices together; GB: weights, gradients and Adam's moments of a device where the
# ranks share out the moments (5.54 where they do not); activations come on top
#
# mpirun -n 64 ./bigs pretrain --preset large --corpus PATH --tokenizer DIR --max-length 128 --batch-size 760 --accumulate 1 --steps 997122
source "$(dirname "${BASH_SOURCE[0]}")/recipe.sh"
launch=(mpirun -n "${RANKS:-8}")
pretrain large-97B 128 97B --preset "${PRESET:-large}" --tokenizer "${BIGS_TOKENIZER:-bert-large-uncased}"
